"""The addresses below ``/admin``."""
