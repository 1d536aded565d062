"""Tests of the timer extension."""
