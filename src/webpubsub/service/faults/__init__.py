"""Makes things go wrong on purpose, for tests and for whoever wants to see what becomes of it."""
