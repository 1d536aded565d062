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
from multidict import CIMultiDict

#: Answers with these have no body, and do not say how long it would be.
_BODILESS = frozenset({*range(100, 200), 204, 304})
_OCTETS = "application/octet-stream"
#: What cannot be in a header.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def written(answer: web.Response) -> bytes:
    """All that is sent. Raises ValueError when a header holds a control character."""
    body = answer.body or b""
    if not isinstance(body, bytes):
        raise TypeError(f"the body of an answer is a {type(body).__name__}, and must be bytes")
    if answer.status in _BODILESS:
        return _head(answer, [])
    return _head(answer, _frame(answer.headers, len(body))) + body


def _frame(headers: CIMultiDict[str], length: int) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = [(hdrs.CONTENT_LENGTH, str(length))]
    if length and hdrs.CONTENT_TYPE not in headers:
        lines.append((hdrs.CONTENT_TYPE, _OCTETS))
    return lines


def _head(answer: web.Response, lines: list[tuple[str, str]]) -> bytes:
    headers = answer.headers
    lines[:0] = headers.items()
    if hdrs.DATE not in headers:
        lines.append((hdrs.DATE, _date(int(time.time()))))
    if hdrs.SERVER not in headers:
        lines.append((hdrs.SERVER, SERVER_SOFTWARE))
    if answer.keep_alive is False:
        lines.append((hdrs.CONNECTION, "close"))
    if _CONTROL.search("".join([part for line in lines for part in line])):
        raise ValueError("a header of the answer holds a control character")
    head = "".join([f"{name}: {value}\r\n" for name, value in lines])
    return f"HTTP/1.1 {answer.status} {answer.reason}\r\n{head}\r\n".encode("utf-8", "ignore")


@lru_cache(maxsize=2)
def _date(seconds: int) -> str:
    """The same for all answers within a second."""
    return formatdate(seconds, usegmt=True)
