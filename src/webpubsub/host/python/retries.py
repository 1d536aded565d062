"""The retry policy of a decorator, as far as the worker reads it.

The real worker makes durations of its intervals while it indexes, so a policy that it cannot read
costs the whole app. What the policy means is the host's to say. Specification: functions-python
section 8.6.
"""

import re
import sys
from collections.abc import Mapping
from typing import Any, Final

from webpubsub.host.python.signatures import SignatureError
from webpubsub.host.settings.time_spans import parse_time_span

_SETTING: Final = "retry_policy"
#: Exactly these: camelCase is for files.
_FIXED, _BACKOFF = "fixed_delay", "exponential_backoff"
_INTERVAL = re.compile(r"\d{1,2}:\d{1,2}:\d{1,2}", re.ASCII)
#: The worker of Python 3.12 and before has no default for them.
_NEEDS_BACKOFF_INTERVALS: Final = sys.version_info < (3, 13)


def retry_of(function: Any, name: str) -> Mapping[str, Any] | None:
    """The policy that an app sets for a function, or None. Raises SignatureError."""
    policy: Mapping[str, Any] | None = function.get_settings_dict(_SETTING)
    if policy is None:
        return None
    _check_count(policy.get("max_retry_count"), name)
    strategy = policy.get("strategy")
    if strategy == _FIXED:
        _check_interval("delay_interval", policy, name, is_needed=True)
    elif strategy == _BACKOFF:
        for member in ("minimum_interval", "maximum_interval"):
            _check_interval(member, policy, name, is_needed=_NEEDS_BACKOFF_INTERVALS)
    else:
        raise SignatureError(
            f"Function '{name}': strategy of its retry policy is {strategy!r}, and must be "
            f"{_FIXED} or {_BACKOFF}."
        )
    return {member: value for member, value in policy.items() if value != ""}


def _check_count(value: Any, name: str) -> None:
    try:
        int(value)
    except (TypeError, ValueError):
        raise SignatureError(
            f"Function '{name}': max_retry_count of its retry policy is {value!r}, and must be a "
            "whole number from 0, or -1 for no limit."
        ) from None


def _check_interval(member: str, policy: Mapping[str, Any], name: str, *, is_needed: bool) -> None:
    value = policy.get(member)
    if (value or is_needed) and not _is_interval(value):
        raise SignatureError(
            f"Function '{name}': {member} of its retry policy is {value!r}, and must be hh:mm:ss "
            "of less than a day, such as 00:00:10."
        )


def _is_interval(value: Any) -> bool:
    if not isinstance(value, str) or _INTERVAL.fullmatch(value) is None:
        return False
    try:
        parse_time_span(value)
    except ValueError:
        return False
    return True
