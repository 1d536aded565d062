"""Tests of the HTTP extension."""
