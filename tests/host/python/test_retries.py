"""The retry policy of a decorator, as the worker reads it. Specification: functions-python section
8.6.

What the official engine makes of the same policies is in tests/parity.
"""

import sys
from typing import Any

import azure.functions as func
import pytest

from webpubsub.host.python.retries import retry_of
from webpubsub.host.python.signatures import SignatureError

FIXED = {"strategy": "fixed_delay", "max_retry_count": "3", "delay_interval": "00:00:10"}
BACKOFF = {
    "strategy": "exponential_backoff",
    "max_retry_count": "-1",
    "minimum_interval": "00:00:02",
    "maximum_interval": "23:59:59",
}


def function(**policy: Any) -> Any:
    """A function with this policy, if any."""
    app: Any = func.FunctionApp()

    def tick(timer: func.TimerRequest) -> None:
        """Ticks."""

    timer = app.timer_trigger(arg_name="timer", schedule="0 * * * * *")(tick)
    if policy:
        app.retry(**policy)(timer)
    return app.get_functions()[0]


def test_no_policy_is_none() -> None:
    """Then that of host.json counts, if there is one."""
    assert retry_of(function(), "tick") is None


@pytest.mark.parametrize("policy", [FIXED, {**FIXED, "max_retry_count": 0}, BACKOFF])
def test_a_policy_is_handed_on(policy: dict[str, Any]) -> None:
    """Every member as it was written."""
    found = retry_of(function(**policy), "tick")
    assert found is not None
    assert {name: found[name] for name in policy} == policy


def test_an_empty_interval_is_left_out() -> None:
    """As the official library leaves it out."""
    found = retry_of(function(**BACKOFF, delay_interval=""), "tick")
    assert found is not None
    assert "delay_interval" not in found


@pytest.mark.parametrize(
    ("policy", "member"),
    [
        ({**FIXED, "strategy": "fixedDelay"}, "strategy .* 'fixedDelay', .* fixed_delay or"),
        ({**FIXED, "max_retry_count": "many"}, "max_retry_count .* 'many'"),
        ({**FIXED, "max_retry_count": None}, "max_retry_count .* None"),
        ({**FIXED, "delay_interval": None}, "delay_interval .* None"),
        ({**FIXED, "delay_interval": 10}, "delay_interval .* 10,"),
        ({**FIXED, "delay_interval": "00:10"}, "delay_interval .* '00:10'"),
        ({**FIXED, "delay_interval": "24:00:00"}, "delay_interval .* '24:00:00'"),
        ({**FIXED, "delay_interval": "1.00:00:00"}, "delay_interval .* '1.00:00:00'"),
        ({**BACKOFF, "minimum_interval": "2"}, "minimum_interval .* '2'"),
        ({**BACKOFF, "maximum_interval": "0:0:1.5"}, "maximum_interval .* '0:0:1.5'"),
    ],
)
def test_what_the_worker_cannot_read(policy: dict[str, Any], member: str) -> None:
    """The function, the member, what it is and what it must be."""
    with pytest.raises(SignatureError, match=f"Function 'tick': {member}"):
        retry_of(function(**policy), "tick")


@pytest.mark.parametrize("missing", ["minimum_interval", "maximum_interval"])
def test_intervals_of_a_backoff(missing: str) -> None:
    """The worker of Python 3.13 and later has defaults for them; that of earlier ones has not."""
    policy = function(**{**BACKOFF, missing: None})
    if sys.version_info >= (3, 13):
        assert retry_of(policy, "tick") is not None
    else:
        with pytest.raises(SignatureError, match=missing):
            retry_of(policy, "tick")
