"""Plain servers doing the same work as the service."""
