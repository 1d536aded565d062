"""Names on a command line."""

import argparse

import pytest

from benchmarks.arguments import some_of


def test_names_are_separated_by_commas() -> None:
    """And by spaces, for who likes these."""
    assert some_of(["a", "b", "c"])("c, a") == ["c", "a"]


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    """The first of them."""
    with pytest.raises(argparse.ArgumentTypeError, match="there is no 'x': a, b"):
        some_of(["a", "b"])("a,x,y")
