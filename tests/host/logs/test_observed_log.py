"""What functions log, wherever they do."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextvars import ContextVar, copy_context
from threading import Thread

import pytest

from webpubsub.host.current_invocation import CurrentInvocation, current_invocation
from webpubsub.host.logs.observed_log import LogWatch

logger = logging.getLogger("an.app")


@pytest.fixture(autouse=True)
def _in_an_invocation() -> Iterator[None]:
    token = current_invocation.set(CurrentInvocation("i", "fn"))
    yield
    current_invocation.reset(token)


async def test_a_thread_is_heard_on_the_loop_and_in_time() -> None:
    """With the next turn, or when somebody asks for it: from Python 3.14 on, whoever waits for a
    thread may go on before there is one."""
    heard: list[tuple[str, bool]] = []
    loop = asyncio.get_running_loop()
    watch = LogWatch(
        lambda record, _: heard.append((record.getMessage(), asyncio.get_running_loop() is loop))
    )
    watch.begin()
    try:
        _in_a_thread(lambda: logger.warning("from afar"))
        await asyncio.sleep(0)
        assert heard == [("from afar", True)]
        _in_a_thread(lambda: logger.warning("once more"))
        watch.catch_up()
        assert heard == [("from afar", True), ("once more", True)]
    finally:
        watch.end()


async def test_what_is_logged_first_is_told_first() -> None:
    """Each as what belongs to where it was made."""
    place: ContextVar[str] = ContextVar("place")
    heard: list[tuple[str, str]] = []
    watch = LogWatch(lambda record, _: heard.append((record.getMessage(), place.get())))
    watch.begin()
    try:
        place.set("there")
        _in_a_thread(lambda: logger.warning("first"))
        place.set("here")
        logger.warning("second")
    finally:
        watch.end()
    assert heard == [("first", "there"), ("second", "here")]


def _in_a_thread(action: Callable[[], None]) -> None:
    """Before the event loop goes on."""
    thread = Thread(target=copy_context().run, args=[action])
    thread.start()
    thread.join()


async def test_outside_of_invocations_nothing_is_told() -> None:
    """Such records are the host's own."""
    heard: list[str] = []
    watch = LogWatch(lambda record, _: heard.append(record.getMessage()))
    watch.begin()
    try:
        current_invocation.set(None)
        logger.warning("of the host")
    finally:
        watch.end()
    assert heard == []


async def test_who_is_told_may_log() -> None:
    """It would be told of that, and of that, for ever."""
    heard: list[str] = []

    def tell(record: logging.LogRecord, _invocation: CurrentInvocation) -> None:
        heard.append(record.getMessage())
        logger.warning("told")

    watch = LogWatch(tell)
    watch.begin()
    try:
        logger.warning("hello")
    finally:
        watch.end()
    assert heard == ["hello"]


async def test_a_record_that_cannot_be_told_does_not_fail_the_function(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its message may not fit its arguments, which logging says in its own way."""
    failed: list[logging.LogRecord] = []

    def tell(record: logging.LogRecord, _invocation: CurrentInvocation) -> None:
        record.getMessage()

    watch = LogWatch(tell)
    monkeypatch.setattr(watch, "handleError", failed.append)
    watch.begin()
    try:
        record = logger.makeRecord("an.app", logging.WARNING, "", 0, "%d", ("x",), None)
        watch.handle(record)
    finally:
        watch.end()
    assert failed == [record]
