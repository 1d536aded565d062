"""What hubs, groups and user events may be called.

Specification: client-protocols sections 1.1 and 5.3, rest-api section 1.3.
"""

import re

MAX_GROUP_LENGTH = 1024

_HUB = re.compile(r"[A-Za-z][A-Za-z0-9_`,.\[\]]{0,127}")
_EVENT = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,127}")


def is_hub_name(name: str) -> bool:
    """A letter, then up to 127 letters, digits or any of ``_ ` , . [ ]``. Letter case is allowed
    and means nothing."""
    return _HUB.fullmatch(name) is not None


def is_group_name(name: str) -> bool:
    """1 to 1024 UTF-16 code units that are not all white space. Letter case matters."""
    fits = 0 < len(name) <= MAX_GROUP_LENGTH and not name.isspace()
    return fits and (name.isascii() or utf16_length(name) <= MAX_GROUP_LENGTH)


def is_event_name(name: str) -> bool:
    """A letter, then up to 127 letters, digits or any of ``_ . -``."""
    return _EVENT.fullmatch(name) is not None


def utf16_length(text: str) -> int:
    """The length as the service counts it: characters outside the basic plane count twice."""
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)
