"""The front door: from a TCP connection to a client that is let in."""
