"""One codec per client protocol."""
