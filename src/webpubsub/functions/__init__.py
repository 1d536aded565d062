"""What a function app imports."""
