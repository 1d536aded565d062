"""What clients ask for: one module for each family of requests, with a table of them."""
