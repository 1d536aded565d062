"""What can be done with a hub: one module for each family of operations, with a table of them."""
