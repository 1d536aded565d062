"""Failed invocations that are tried again. Specification: functions-python section 8.6."""

import asyncio

import pytest

from tests.host.fakes import INPUT, OUTPUT, TRIGGER
from tests.host.invocations.test_invocation import FAILURE, Setup
from tests.service.wire import until
from webpubsub.host.extension import TriggerCall
from webpubsub.host.invocations.retries import RetryingInvoker
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.settings.retry_policy import RetryPolicy
from webpubsub.host.worker import Invocation, InvocationResult

CALL = TriggerCall(value="event")


def policy(retries: int, delay: float = 0.0) -> RetryPolicy:
    return RetryPolicy(max_retries=retries, first=delay, longest=delay, doubles=False)


def retrying(
    setup: Setup, retries: int, delay: float = 0.0, trigger: str = "testTrigger"
) -> RetryingInvoker:
    binding = Binding({**TRIGGER, "type": trigger})
    metadata = FunctionMetadata(id="fn", name="fn", bindings=(binding,))
    return RetryingInvoker(metadata, setup.invoke, policy(retries, delay), setup.running)


def fails(setup: Setup, times: int) -> None:
    """The function fails so often, then succeeds."""

    async def body(invocation: Invocation) -> InvocationResult:
        if len(setup.worker.invocations) <= times:
            return InvocationResult(failure=FAILURE)
        return InvocationResult(return_value="done", outputs={"out": "o"})

    setup.worker.body = body


async def test_attempts_follow_until_one_succeeds() -> None:
    """Each has an id of its own and inputs read anew, and knows which it is; the outputs of the one
    that succeeded are written."""
    setup = Setup(TRIGGER, INPUT, OUTPUT)
    fails(setup, 2)
    assert (await retrying(setup, 5)(CALL)).return_value == "done"
    attempts = setup.worker.invocations
    assert [(item.retry_count, item.max_retry_count) for item in attempts] == [
        *((0, 5), (1, 5), (2, 5)),
    ]
    assert len({item.id for item in attempts}) == 3
    assert setup.data.written == [("out", "o")]


async def test_the_last_failure_is_the_result() -> None:
    """When there is no further attempt."""
    setup = Setup(TRIGGER)
    fails(setup, 9)
    assert (await retrying(setup, 2)(CALL)).failure == FAILURE
    assert len(setup.worker.invocations) == 3


async def test_without_a_limit_it_goes_on() -> None:
    """-1 is for ever; others get their turn between attempts that wait for nothing."""
    setup = Setup(TRIGGER)
    fails(setup, 300)
    assert (await retrying(setup, -1)(CALL)).failure is None
    assert len(setup.worker.invocations) == 301


async def test_a_host_that_stops_tries_no_more(caplog: pytest.LogCaptureFixture) -> None:
    """It does not wait for the next attempt either; what waits is counted."""
    setup = Setup(TRIGGER)
    fails(setup, 9)
    task = asyncio.create_task(retrying(setup, -1, delay=60)(CALL))
    await until(lambda: setup.running.pausing)
    assert (setup.running.pausing, len(setup.running)) == (1, 0)
    setup.running.close()
    assert (await task).failure == FAILURE
    assert setup.running.pausing == 0
    assert "is not tried again: the app stops" in caplog.text


@pytest.mark.parametrize(
    ("trigger", "warned"),
    [("httpTrigger", True), ("webPubSubTrigger", True), ("timerTrigger", False)],
)
def test_callers_that_wait_are_warned_of(
    trigger: str, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """They wait through all retries."""
    retrying(Setup(TRIGGER), 1, trigger=trigger)
    assert ("whoever calls it waits through the retries" in caplog.text) is warned
