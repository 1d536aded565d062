"""Tests of the catalogue of refusals."""
