"""The attributes of an event that are informative: no reading of them loses the event.

Specification: upstream-events section 5.
"""

import re
from datetime import datetime


def event_number(text: str | None) -> int:
    """The number in ``ce-id``. It is informative, so an odd one, as from another sender of
    CloudEvents, reads as 0 and is no reason to lose the event."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,19}", text) else 0


def seconds(text: str | None) -> float:
    """The time in ``ce-time`` as seconds since the epoch; an odd one reads as 0."""
    try:
        return datetime.fromisoformat(text).timestamp() if text else 0.0
    except (ValueError, OverflowError):
        return 0.0
