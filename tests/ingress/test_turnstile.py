"""What takes long is done in turn. Specification: client-protocols section 2.1."""

import asyncio
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from functools import partial
from typing import Any, cast

import pytest

from webpubsub.ingress.turnstile import Turnstile

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
    def asyncio(self) -> asyncio.AbstractEventLoop:
        return cast("asyncio.AbstractEventLoop", self)

    @property
    def is_idle(self) -> bool:
        return not self._soon


def test_one_after_the_other() -> None:
    """Never at once, however many come; those who are heard meanwhile have a whole turn."""
    loop, done = Turning(), list[str]()
    turnstile = Turnstile(loop.asyncio, partial(done.append, "first"))
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
    turnstile = Turnstile(loop.asyncio)
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
    turnstile = Turnstile(loop.asyncio)
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
    turnstile = Turnstile(loop.asyncio)

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


def test_more_pass_at_once_while_nobody_else_is_heard() -> None:
    """Up to a limit, and one at a time as soon as somebody is."""
    loop, heard, done = Turning(), [0], list[int]()
    turnstile = Turnstile(loop.asyncio, heard=lambda: heard[0], most=3)
    for number in range(60):
        turnstile.wait(partial(done.append, number))
    passed: list[int] = []
    while not loop.is_idle:
        before = len(done)
        loop.turn()
        if len(done) > before:
            passed.append(len(done) - before)
            heard[0] += len(passed) == 20
    assert passed == [1] * 7 + [2] * 8 + [3] * 5 + [1] * 8 + [2] * 7
    assert done == [*range(60)]


def test_more_pass_at_once_when_many_others_are_heard() -> None:
    """Up to a limit, and however many pass when nobody is."""
    loop, heard, done = Turning(), [0], list[int]()
    turnstile = Turnstile(loop.asyncio, heard=lambda: heard[0])
    for number in range(100):
        turnstile.wait(partial(done.append, number))
    passed = []
    for others in (1, 15, 16, 80, 0, 128, 4000):
        heard[0] += others
        before = len(done)
        for _ in range(2):
            loop.turn()
        passed.append(len(done) - before)
    assert passed == [1, 1, 2, 10, 1, 16, 16]


async def test_somebody_may_wait_for_a_turn() -> None:
    """Not if nobody was before; and who waits no more holds up nobody."""
    turnstile, done = Turnstile(asyncio.get_running_loop()), list[str]()

    async def come(name: str) -> None:
        await turnstile.turn()
        done.append(name)

    async with asyncio.timeout(5):
        assert turnstile.take()
        assert not turnstile.take()
        gone, *others = [asyncio.ensure_future(come(name)) for name in "abc"]
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait(others)
        assert done == ["b", "c"]
        await asyncio.sleep(0.01)
        assert turnstile.is_free
        await come("d")
        assert not turnstile.take()
        await asyncio.sleep(0.01)
        assert turnstile.take()
