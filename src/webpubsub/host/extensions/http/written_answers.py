"""An answer as the bytes that are sent for it, in one piece.

It says what aiohttp would say, in the same order, to a request of HTTP/1.1 on a connection that is
kept. Specification: functions-python section 5.2.
"""

import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from aiohttp import hdrs
from aiohttp.http import SERVER_SOFTWARE

from webpubsub.host.extensions.http.answers import BODILESS, Answer, fits_in_header

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_OCTETS = "application/octet-stream"


def written(answer: Answer) -> bytes:
    """All that is sent. Raises ValueError when a header holds a control character."""
    status, body = answer.status, answer.body
    lines = [f"{name}: {value}" for name, value in answer.headers]
    if not fits_in_header("".join(lines)):
        raise ValueError("a header of the answer holds a control character")
    given = {name.lower() for name, _ in answer.headers}
    if status in BODILESS:
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


@lru_cache(maxsize=2)
def _date(seconds: int) -> str:
    """The same for all answers within a second."""
    return f"{hdrs.DATE}: {formatdate(seconds, usegmt=True)}"
