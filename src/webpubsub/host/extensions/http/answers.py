"""An answer of the host, whoever sends it."""

import re
from collections.abc import Sequence

import msgspec

#: Answers with these have no body.
BODILESS = frozenset({*range(100, 200), 204, 304})
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Answer(msgspec.Struct, eq=False):
    """An answer. ``headers`` may repeat a name, and say nothing of how it is framed. After one that
    ``is_last`` the connection ends."""

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    is_last: bool = False


def text_answer(status: int, text: str = "", media_type: str = "text/plain") -> Answer:
    """One that says something to people."""
    headers = [("Content-Type", f"{media_type}; charset=utf-8")]
    return Answer(status, headers, text.encode(errors="replace"))


def fits_in_header(text: str) -> bool:
    """Whether text can be sent in a header: without control characters, line breaks among them; a
    tab can."""
    return text.isprintable() or _CONTROL.search(text) is None
