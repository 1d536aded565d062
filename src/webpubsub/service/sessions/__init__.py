"""Sessions: what a client is to the service, whether or not a transport carries it."""
