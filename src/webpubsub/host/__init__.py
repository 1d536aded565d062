"""Runs function apps: indexes them, serves their triggers, feeds their bindings."""
