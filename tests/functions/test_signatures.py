"""A user's function as the decorators see it."""

import functools
from typing import Any

import pytest

import webpubsub as wps
from tests.lazy_annotations import defined
from webpubsub.functions.signatures import UserFunction, resolved_hints


def plain(request: "str", other: int = 1) -> None:
    """Everything resolves."""


@functools.wraps(plain)
def wrapped(*args: Any, **kwargs: Any) -> None:
    """Its signature is that of what it wraps."""


def test_what_there_is_to_know() -> None:
    """The name, the parameters in order, the annotations as types."""
    assert UserFunction.of(plain) == UserFunction(
        name="plain",
        parameters=("request", "other"),
        hints={"request": str, "other": int, "return": type(None)},
    )


def test_a_wrapped_function_shows_what_it_wraps() -> None:
    """As the worker sees it."""
    assert UserFunction.of(wrapped) == UserFunction.of(plain)


def test_what_cannot_be_resolved_is_left_out() -> None:
    """One bad annotation does not hide the good ones."""

    def later(request: Any, other: Any, *, third: Any) -> None:
        """To be annotated with what this module never defines."""

    later.__annotations__ = {"request": "str", "other": "Later", "return": "list[Later]"}
    assert resolved_hints(later) == {"request": str}
    assert UserFunction.of(later).parameters == ("request", "other", "third")


@pytest.mark.parametrize("annotation", ["1 / 0", "no such(", "Missing[int]"])
def test_an_annotation_may_raise_anything(annotation: str) -> None:
    """It is code of the user."""

    def function(request: str) -> None:
        """To be annotated."""

    function.__annotations__ = {"request": annotation, "return": str}
    assert resolved_hints(function) == {"return": str}


LATER = """
import functools
import azure.functions as func
import webpubsub as wps

def message(
    request: wps.UserEventRequest, out: func.Out[Later], *, other: list[Later]
) -> Later: ...

@functools.wraps(message)
def wrapped(*args, **kwargs): ...
"""


@pytest.mark.parametrize("name", ["message", "wrapped"])
def test_what_comes_later_in_the_file(name: str) -> None:
    """An app is decorated while its module is imported: what exists is known, the rest is not."""
    assert UserFunction.of(defined(LATER, name)) == UserFunction(
        name="message",
        parameters=("request", "out", "other"),
        hints={"request": wps.UserEventRequest},
    )


def test_an_annotation_that_is_asked_for_may_raise_anything() -> None:
    """It is code of the user, and runs when we ask."""
    source = "zero = 0\ndef function(request: 1 / zero, other): ..."
    assert UserFunction.of(defined(source, "function")) == UserFunction(
        name="function", parameters=("request", "other"), hints={}
    )
