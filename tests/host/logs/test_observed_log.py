"""What functions log, wherever they do."""

import asyncio
import logging
from collections.abc import Iterator

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
    """Before whoever waits for the thread goes on."""
    heard: list[tuple[str, bool]] = []
    loop = asyncio.get_running_loop()
    watch = LogWatch(
        lambda record, _: heard.append((record.getMessage(), asyncio.get_running_loop() is loop))
    )
    watch.begin()
    try:
        await asyncio.to_thread(logger.warning, "from afar")
        assert heard == [("from afar", True)]
    finally:
        watch.end()


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
