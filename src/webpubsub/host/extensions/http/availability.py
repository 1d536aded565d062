"""Whether the app answers at all.

Specification: functions-python sections 5.2 and 8.7.
"""

import asyncio
import os
from pathlib import Path

from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.refusing import refused
from webpubsub.host.extensions.http.requests import Request
from webpubsub.protocol.refusals.functions import APP_OFFLINE

_OFFLINE_PAGE = "app_offline.htm"
_MAX_PAGE_BYTES = 1024 * 1024


class Availability:
    """Turns requests away while the app's folder holds the file ``app_offline.htm``, whose content
    is the answer then. Whether it does is looked up once for all requests in a turn of the event
    loop."""

    def __init__(self, app_directory: Path | None) -> None:
        self._page = None if app_directory is None else str(app_directory / _OFFLINE_PAGE)
        self._is_known = False

    def answer(self, request: Request) -> Answer | None:
        """The answer to a request that comes at the wrong time, or None."""
        if self._is_known or self._page is None:
            return None
        content = _content(self._page)
        if content is None:
            self._is_known = True
            asyncio.get_running_loop().call_soon(self._forget)
            return None
        answer = refused(request, APP_OFFLINE.refuse("the file"))
        answer.headers, answer.body = [("Content-Type", "text/html; charset=utf-8")], content
        return answer

    def _forget(self) -> None:
        self._is_known = False


def _content(path: str) -> bytes | None:
    """What is in a file; None when there is none."""
    if not os.access(path, os.F_OK):  # as with every request but few
        return None
    try:
        with open(path, "rb") as file:
            return file.read(_MAX_PAGE_BYTES)
    except FileNotFoundError:
        return None
    except OSError:
        return b""
