"""What the host writes to the console, and who else sees it."""
