"""How often, and after which waits, a failed invocation is tried again.

Specification: functions-python section 8.6.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from webpubsub.host.settings.time_spans import parse_time_span
from webpubsub.protocol.spelling import did_you_mean

_FIXED: Final = "fixedDelay"
_EXPONENTIAL: Final = "exponentialBackoff"
#: Letter case and underscores do not count: decorators write fixed_delay.
_STRATEGIES: Final = {name.lower(): name for name in (_FIXED, _EXPONENTIAL)}
_FOR_EVER: Final = -1
#: The longest wait that .NET knows, in seconds: what no ``maximumInterval`` means.
_LONGEST: Final = 2_147_483_647.0
#: How far a wait may be from its middle.
_SPREAD: Final = 0.2
#: Doublings beyond this exceed every ``maximumInterval``.
_MOST_DOUBLINGS: Final = 62


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """``max_retries`` is -1 for ever. Waits are in seconds: all of them ``first`` for a fixed
    delay, else doubling from ``first`` up to ``longest``."""

    max_retries: int
    first: float
    longest: float
    doubles: bool

    @classmethod
    def parse(cls, raw: object) -> "RetryPolicy":
        """The policy of a function, or of host.json. Raises ValueError, which names the member."""
        if not isinstance(raw, Mapping):
            raise ValueError(f"retry is {raw!r}, and must be an object with a strategy.")
        members = {_plain(name): value for name, value in raw.items()}
        strategy = _strategy(members.get("strategy"))
        count = _count(members.get("maxretrycount"))
        if strategy == _FIXED:
            delay = _seconds(members, "delayInterval")
            return cls(max_retries=count, first=delay, longest=delay, doubles=False)
        first = _seconds(members, "minimumInterval", 0.0)
        longest = _seconds(members, "maximumInterval", _LONGEST)
        if first > longest:
            raise ValueError("retry.minimumInterval is longer than retry.maximumInterval.")
        return cls(max_retries=count, first=first, longest=longest, doubles=True)

    def allows(self, retry: int) -> bool:
        """Whether there is a retry of this number, from 1."""
        return self.max_retries == _FOR_EVER or retry <= self.max_retries

    def delay(self, retry: int, rng: Callable[[], float] = random.random) -> float:
        """Seconds to wait before a retry. ``rng`` gives 0 to 1: callers that failed together should
        not come back together."""
        if not self.doubles:
            return self.first
        middle = self.first * 2.0 ** min(retry - 1, _MOST_DOUBLINGS)
        return min(middle * (1 - _SPREAD + 2 * _SPREAD * rng()), self.longest)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _strategy(value: Any) -> str:
    found = _STRATEGIES.get(_plain(str(value)))
    if found is None:
        raise ValueError(
            f"retry.strategy is {value!r}, and must be {_FIXED} or {_EXPONENTIAL}."
            f"{did_you_mean(str(value), _STRATEGIES.values())}"
        )
    return found


def _count(value: Any) -> int:
    try:
        count = int(str(value))
    except ValueError:
        count = _FOR_EVER - 1
    if count < _FOR_EVER:
        raise ValueError(
            f"retry.maxRetryCount is {value!r}, and must be a whole number from 0, or -1 for no "
            "limit."
        )
    return count


def _seconds(members: Mapping[str, Any], name: str, default: float | None = None) -> float:
    value = members.get(name.lower(), default)
    if isinstance(value, float):
        return value
    if value is None:
        raise ValueError(f"retry.{name} is missing; write hh:mm:ss, such as 00:00:10.")
    try:
        seconds = parse_time_span(str(value))
    except ValueError as error:
        raise ValueError(f"retry.{name}: {error}.") from None
    if seconds < 0:
        raise ValueError(f"retry.{name} is {value!r}, and must not be negative.")
    return seconds
