"""An answer of the host, whoever sends it."""

from collections.abc import Sequence

import msgspec


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
