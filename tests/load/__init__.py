"""Many clients at once, and clients that behave badly: the others must not be hurt."""
