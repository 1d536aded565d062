"""Tests of the benchmark that measures how cost grows."""
