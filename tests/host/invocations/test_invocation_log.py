"""What is said of every invocation. Specification: functions-python sections 8.4 and 13.2."""

import logging
import re

import pytest

from webpubsub.host.invocations.invocation_log import InvocationLog
from webpubsub.host.worker import FunctionFailure

FAILURE = FunctionFailure(type="ValueError", message="why", stack_trace="Traceback: here\n")
BARE = FunctionFailure(type="BindingError", message="why", stack_trace="")


def test_the_lines_of_a_success(caplog: pytest.LogCaptureFixture) -> None:
    """Begin and end, with reason, id and duration, in the function's category. Section 13.2."""
    caplog.set_level(logging.INFO, "Function")
    log = InvocationLog("fn")
    started = log.begin("1", "Because.")
    log.succeeded("1", started - 0.0125)
    first, last = caplog.messages
    assert first == "Executing 'Functions.fn' (Reason='Because.', Id=1)"
    assert re.fullmatch(r"Executed 'Functions\.fn' \(Succeeded, Id=1, Duration=1[2-9]ms\)", last)
    assert {record.name for record in caplog.records} == {"Function.fn"}


@pytest.mark.parametrize(("failure", "stack"), [(FAILURE, "\nStack: Traceback: here"), (BARE, "")])
def test_the_lines_of_a_failure(
    caplog: pytest.LogCaptureFixture, failure: FunctionFailure, stack: str
) -> None:
    """The exception, and the stack if there is one, follow the end, also when only errors are
    logged. Section 8.4."""
    caplog.set_level(logging.ERROR, "Function")
    log = InvocationLog("fn")
    log.failed("1", log.begin("1", ""), failure)
    end, why = caplog.messages
    assert end.startswith("Executed 'Functions.fn' (Failed, Id=1, Duration=")
    assert why == (
        "Exception while executing function: Functions.fn. Result: Failure\n"
        f"Exception: {failure.type}: why{stack}"
    )


def test_a_cancelled_invocation_is_told_as_such(caplog: pytest.LogCaptureFixture) -> None:
    """A warning: somebody did not wait for it."""
    log = InvocationLog("fn")
    log.cancelled("1", log.begin("1", ""))
    assert caplog.messages[-1].startswith("Executed 'Functions.fn' (Cancelled, Id=1, Duration=")


def test_nothing_is_made_when_the_level_is_off(caplog: pytest.LogCaptureFixture) -> None:
    """For the sake of speed."""
    caplog.set_level(logging.WARNING, "Function")
    log = InvocationLog("fn")
    log.succeeded("1", log.begin("1", ""))
    assert caplog.records == []
