"""An answer as the bytes that are sent for it, in one piece.

It says what aiohttp would say, in the same order, to a request of HTTP/1.1 on a connection that is
kept. Specification: functions-python section 5.2.
"""

import re
import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from aiohttp import hdrs
from aiohttp.http import SERVER_SOFTWARE

from webpubsub.host.extensions.http.answers import Answer

_REASONS = {status.value: status.phrase for status in HTTPStatus}
#: Answers with these have no body, and do not say how long it would be.
_BODILESS = frozenset({*range(100, 200), 204, 304})
_OCTETS = "application/octet-stream"
#: What cannot be in a header.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def written(answer: Answer) -> bytes:
    """All that is sent. Raises ValueError when a header holds a control character."""
    status, body = answer.status, answer.body
    lines = [f"{name}: {value}" for name, value in answer.headers]
    _check("".join(lines))
    given = {name.lower() for name, _ in answer.headers}
    if status in _BODILESS:
        body = b""
    else:
        lines.append(f"Content-Length: {len(body)}")
        if body and "content-type" not in given:
            lines.append(f"Content-Type: {_OCTETS}")
    if "date" not in given:
        lines.append(_date(int(time.time())))
    if "server" not in given:
        lines.append(f"Server: {SERVER_SOFTWARE}")
    if answer.is_last:
        lines.append("Connection: close")
    head = "\r\n".join(lines)
    text = f"HTTP/1.1 {status} {_REASONS.get(status, '')}\r\n{head}\r\n\r\n"
    return text.encode("utf-8", "ignore") + body


def _check(text: str) -> None:
    if not text.isprintable() and _CONTROL.search(text):
        raise ValueError("a header of the answer holds a control character")


@lru_cache(maxsize=2)
def _date(seconds: int) -> str:
    """The same for all answers within a second."""
    return f"{hdrs.DATE}: {formatdate(seconds, usegmt=True)}"
