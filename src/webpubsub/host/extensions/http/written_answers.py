"""An answer as the bytes that are sent for it, in one piece.

It says what aiohttp would say, in the same order, to a request of HTTP/1.1 on a connection that is
kept. Specification: functions-python section 5.2.
"""

import re
import time
from email.utils import formatdate
from functools import lru_cache

from aiohttp import hdrs, web
from aiohttp.http import SERVER_SOFTWARE

#: Answers with these have no body, and do not say how long it would be.
_BODILESS = frozenset({*range(100, 200), 204, 304})
_OCTETS = "application/octet-stream"
#: What cannot be in a header.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def written(answer: web.StreamResponse) -> bytes:
    """All that is sent. Raises TypeError for an answer that is not whole yet, and ValueError when a
    header holds a control character."""
    body = _body(answer)
    headers = answer.headers
    lines = [f"{name}: {value}" for name, value in headers.items()]
    _check("".join(lines))
    if answer.status not in _BODILESS:
        lines.append(f"{hdrs.CONTENT_LENGTH}: {len(body)}")
        if body and hdrs.CONTENT_TYPE not in headers:
            lines.append(f"{hdrs.CONTENT_TYPE}: {_OCTETS}")
    if hdrs.DATE not in headers:
        lines.append(_date(int(time.time())))
    if hdrs.SERVER not in headers:
        lines.append(f"{hdrs.SERVER}: {SERVER_SOFTWARE}")
    if answer.keep_alive is False:
        lines.append(f"{hdrs.CONNECTION}: close")
    head = "\r\n".join(lines)
    text = f"HTTP/1.1 {answer.status} {answer.reason}\r\n{head}\r\n\r\n"
    return text.encode("utf-8", "ignore") + body


def _body(answer: web.StreamResponse) -> bytes:
    body = answer.body or b"" if isinstance(answer, web.Response) else None
    if not isinstance(body, bytes):
        raise TypeError(f"a {type(answer).__name__} that is still to be made cannot be sent whole")
    return b"" if answer.status in _BODILESS else body


def _check(text: str) -> None:
    if not text.isprintable() and _CONTROL.search(text):
        raise ValueError("a header of the answer holds a control character")


@lru_cache(maxsize=2)
def _date(seconds: int) -> str:
    """The same for all answers within a second."""
    return f"{hdrs.DATE}: {formatdate(seconds, usegmt=True)}"
