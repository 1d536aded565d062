"""The attributes of an event that are informative: no reading of them loses the event.

Specification: upstream-events section 5.
"""

from datetime import datetime
from functools import lru_cache

#: Of a number that is not negative and fits into 64 bits.
_MOST_DIGITS = 19


def event_number(text: str | None) -> int:
    """The number in ``ce-id``. It is informative, so an odd one, as from another sender of
    CloudEvents, reads as 0 and is no reason to lose the event."""
    is_number = text and len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit()
    return int(text) if text and is_number else 0


@lru_cache(maxsize=16)
def seconds(text: str | None) -> float:
    """The time in ``ce-time`` as seconds since the epoch; an odd one reads as 0. The same for all
    events within a second."""
    try:
        return datetime.fromisoformat(text).timestamp() if text else 0.0
    except (ValueError, OverflowError):
        return 0.0
