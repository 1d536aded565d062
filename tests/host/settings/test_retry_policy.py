"""Retry policies as they are written. Specification: functions-python section 8.6."""

from typing import Any

import pytest

from webpubsub.host.settings.retry_policy import RetryPolicy

FIXED = {"strategy": "fixedDelay", "maxRetryCount": 3, "delayInterval": "00:00:10"}
BACKOFF = {
    "strategy": "exponentialBackoff",
    "maxRetryCount": -1,
    "minimumInterval": "00:00:02",
    "maximumInterval": "00:00:30",
}


@pytest.mark.parametrize(
    "raw",
    [
        FIXED,
        {"strategy": "fixed_delay", "max_retry_count": "3", "delay_interval": "00:00:10"},
        {"STRATEGY": "FIXEDDELAY", "MaxRetryCount": "3", "DelayInterval": "00:00:10"},
    ],
)
def test_both_spellings_are_read(raw: dict[str, Any]) -> None:
    """That of function.json and host.json, and that of the decorators."""
    policy = RetryPolicy.parse(raw)
    assert [policy.allows(retry) for retry in (1, 3, 4)] == [True, True, False]
    assert [policy.delay(retry) for retry in (1, 2, 3)] == [10, 10, 10]


def test_backoff_doubles_up_to_its_longest_wait() -> None:
    """Waits are spread, so that callers do not come back together; -1 is for ever."""
    policy = RetryPolicy.parse(BACKOFF)
    assert policy.allows(10**9)
    assert [policy.delay(retry, lambda: 0.5) for retry in (1, 2, 3, 4, 5, 10**9)] == [
        *(2, 4, 8, 16, 30, 30),
    ]
    assert policy.delay(2, lambda: 0.0) == pytest.approx(3.2)
    assert policy.delay(2, lambda: 1.0) == pytest.approx(4.8)


def test_waits_may_be_nothing_and_all_the_same() -> None:
    """Both are right, if rarely wanted."""
    at_once = RetryPolicy.parse({**FIXED, "delayInterval": "00:00:00"})
    steady = RetryPolicy.parse({**BACKOFF, "maximumInterval": BACKOFF["minimumInterval"]})
    assert (at_once.delay(1), steady.delay(9)) == (0, 2)


def test_backoff_needs_no_intervals() -> None:
    """As with the worker of Python 3.13 and later."""
    policy = RetryPolicy.parse({"strategy": "exponentialBackoff", "maxRetryCount": 0})
    assert not policy.allows(1)
    assert (policy.first, policy.longest) == (0, 2_147_483_647)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("often", "retry is 'often', and must be an object"),
        ({}, "retry.strategy is None"),
        ({**FIXED, "strategy": "fixdDelay"}, "Did you mean 'fixedDelay'"),
        ({**FIXED, "maxRetryCount": -2}, "retry.maxRetryCount is -2"),
        ({**FIXED, "maxRetryCount": "x"}, "retry.maxRetryCount is 'x'"),
        ({**FIXED, "maxRetryCount": True}, "retry.maxRetryCount is True"),
        ({"strategy": "fixedDelay", "maxRetryCount": 1}, "retry.delayInterval is missing"),
        ({**FIXED, "delayInterval": "10"}, "retry.delayInterval: '10' is not a time span"),
        ({**FIXED, "delayInterval": "-00:00:01"}, "must not be negative"),
        ({**BACKOFF, "minimumInterval": "00:01:00"}, "longer than retry.maximumInterval"),
    ],
)
def test_a_wrong_policy_is_named(raw: object, message: str) -> None:
    """The member, what it is and what it must be."""
    with pytest.raises(ValueError, match=message):
        RetryPolicy.parse(raw)
