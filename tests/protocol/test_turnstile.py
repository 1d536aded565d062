"""What takes long is done in turn. Specification: client-protocols section 2.1."""

from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from functools import partial
from typing import Any

import pytest

from webpubsub.protocol.turnstile import Turnstile

WHO = ContextVar("WHO", default="nobody")


class Turning:
    """An event loop that a test turns."""

    def __init__(self) -> None:
        self._soon: list[Callable[[], object]] = []

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> None:
        context = context or copy_context()
        self._soon.append(lambda: context.run(callback, *args))

    def turn(self) -> None:
        soon, self._soon = self._soon, []
        for call in soon:
            call()

    @property
    def is_idle(self) -> bool:
        return not self._soon


def test_one_after_the_other() -> None:
    """Never at once, however many come; those who are heard meanwhile have a whole turn."""
    loop, done = Turning(), list[str]()
    turnstile = Turnstile(loop, partial(done.append, "first"))
    for name in "abc":
        turnstile.wait(partial(done.append, name))
    turns = []
    while not loop.is_idle:
        loop.turn()
        turns.append("".join(done))
        done.clear()
    assert turns == ["firsta", "", "firstb", "", "firstc", "", ""]


def test_it_is_free_when_everybody_has_passed() -> None:
    """Who comes soon after another has to wait, and who comes later does not."""
    loop, done = Turning(), list[str]()
    turnstile = Turnstile(loop)
    assert turnstile.is_free
    turnstile.wait(partial(done.append, "a"))
    assert not turnstile.is_free
    loop.turn()
    turnstile.wait(partial(done.append, "b"))
    loop.turn()
    assert done == ["a"]
    for _ in range(3):
        loop.turn()
    assert done == ["a", "b"]
    assert turnstile.is_free
    assert loop.is_idle
    turnstile.wait(partial(done.append, "c"))
    loop.turn()
    assert done == ["a", "b", "c"]


def test_whoever_fails_holds_up_nobody() -> None:
    """The event loop says what went wrong, and the next one has its turn."""
    loop, done = Turning(), list[str]()
    turnstile = Turnstile(loop)
    turnstile.wait(lambda: 1 / 0)
    turnstile.wait(partial(done.append, "b"))
    with pytest.raises(ZeroDivisionError):
        loop.turn()
    for _ in range(2):
        loop.turn()
    assert done == ["b"]


def test_everybody_has_a_context_of_its_own() -> None:
    """What one sets is no concern of the next."""
    loop, seen = Turning(), list[str]()
    turnstile = Turnstile(loop)

    def look() -> None:
        seen.append(WHO.get())
        WHO.set("somebody")

    for name in ("a", "b"):
        context = copy_context()
        context.run(WHO.set, name)
        context.run(turnstile.wait, look)
    turnstile.wait(look)
    while not loop.is_idle:
        loop.turn()
    assert seen == ["a", "b", "nobody"]
