"""One call of a function, from its inputs to its outputs, with its limits, retries and log."""
