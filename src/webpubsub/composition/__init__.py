"""Puts an app, its host and its service together, for whoever starts them: commands and tests."""
