"""The REST API of the data plane."""
