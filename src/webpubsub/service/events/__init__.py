"""Events: from what happens to a client to the one who answers for the application."""
