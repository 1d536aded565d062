"""Retry policies: what the official engine makes of a decorator, ours makes of it, and of the same
policy in a function.json. Specification: functions-python section 8.6."""

import json
from typing import Any

import pytest

from tests.parity.conftest import V1, WriteBoth
from tests.parity.official_engine import Retry

pytestmark = pytest.mark.conformance

APP = """
import azure.functions as func
app = func.FunctionApp()

@app.retry({arguments})
@app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
def f(timer): pass

@app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
def without(timer): pass
"""
LONGEST = 2_147_483_647.0
#: How they are written, how often they try, and after how many seconds.
FIXED, BACKOFF = "fixed_delay", "exponential_backoff"
POLICIES: list[tuple[dict[str, Any], Retry]] = [
    ({"strategy": FIXED, "max_retry_count": "3", "delay_interval": "00:00:05"}, (3, 5, 5)),
    ({"strategy": FIXED, "max_retry_count": 0, "delay_interval": "1:2:3"}, (0, 3723, 3723)),
    (
        {"strategy": FIXED, "max_retry_count": "-1", "delay_interval": "23:59:59"},
        (-1, 86399, 86399),
    ),
    (
        {
            "strategy": BACKOFF,
            "max_retry_count": "-1",
            "minimum_interval": "00:00:05",
            "maximum_interval": "00:01:00",
        },
        (-1, 5, 60),
    ),
    (
        {
            "strategy": BACKOFF,
            "max_retry_count": "7",
            "minimum_interval": "00:00:00",
            "maximum_interval": "10:00:00",
            "delay_interval": "00:00:09",
        },
        (7, 0, 36000),
    ),
]
#: The worker of Python 3.13 and later has defaults for these.
DEFAULTS: list[tuple[dict[str, Any], Retry]] = [
    ({"strategy": BACKOFF, "max_retry_count": "2"}, (2, 0, LONGEST)),
    (
        {"strategy": BACKOFF, "max_retry_count": "2", "minimum_interval": "00:00:09"},
        (2, 9, LONGEST),
    ),
    ({"strategy": BACKOFF, "max_retry_count": "2", "maximum_interval": "00:00:09"}, (2, 0, 9)),
]
#: What counts as a member that is not there.
EMPTY: list[tuple[dict[str, Any], Retry]] = [
    ({"strategy": BACKOFF, "max_retry_count": "2", "minimum_interval": ""}, (2, 0, LONGEST)),
    ({"strategy": BACKOFF, "max_retry_count": "2", "maximum_interval": None}, (2, 0, LONGEST)),
]
#: Members that cost the whole app.
WRONG: list[dict[str, Any]] = [
    {"max_retry_count": "often"},
    {"max_retry_count": "1.5"},
    {"delay_interval": None},
    {"delay_interval": "10"},
    {"delay_interval": "00:10"},
    {"delay_interval": "24:00:00"},
    {"delay_interval": "1.00:00:00"},
    {"delay_interval": "00:60:00"},
    {"delay_interval": "00:00:01.5"},
    {"delay_interval": "-00:00:01"},
    {"strategy": BACKOFF, "minimum_interval": "10"},
    {"strategy": BACKOFF, "maximum_interval": "soon"},
    {"strategy": "fixedDelay"},
]


def app(policy: dict[str, Any]) -> dict[str, str]:
    """An app with a decorator that says this."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in policy.items())
    return {"function_app.py": APP.format(arguments=arguments)}


@pytest.mark.parametrize(("policy", "expected"), POLICIES + DEFAULTS + EMPTY)
async def test_policies_of_decorators(
    policy: dict[str, Any], expected: Retry, both_of: WriteBoth
) -> None:
    """The same counts and waits; none for a function without one."""
    both = both_of(app(policy))
    await both.index()
    ours, theirs = both.retries()
    assert ours == theirs == {"f": expected, "without": None}


@pytest.mark.parametrize(("policy", "expected"), POLICIES + DEFAULTS)
async def test_policies_of_folders(
    policy: dict[str, Any], expected: Retry, both_of: WriteBoth
) -> None:
    """The engine leaves them to the host, which reads the same of them as of a decorator."""
    document = {
        "bindings": [{"type": "timerTrigger", "direction": "in", "name": "timer"}],
        "retry": {_camel(name): value for name, value in policy.items()},
    }
    both = both_of(
        {"f/function.json": json.dumps(document), "f/__init__.py": "def main(timer): pass"}, V1
    )
    assert await both.load() == {"f": (None, None)}
    assert both.retries().ours == {"f": expected}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


@pytest.mark.parametrize("wrong", WRONG)
async def test_policies_that_cost_the_app(wrong: dict[str, Any], both_of: WriteBoth) -> None:
    """Ours names the member."""
    policy = {"strategy": FIXED, "max_retry_count": "3", "delay_interval": "00:00:05", **wrong}
    ours, theirs = await both_of(app(policy)).index()
    assert isinstance(theirs, str)
    assert isinstance(ours, str), ours
    assert list(wrong)[-1].replace("_", "") in ours.replace("_", "")
