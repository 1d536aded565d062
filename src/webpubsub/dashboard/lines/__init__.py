"""What a list shows of an item: one line, and what it is found by."""
