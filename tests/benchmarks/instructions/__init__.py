"""Tests of the benchmark that counts instructions."""
