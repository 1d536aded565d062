"""What the host itself answers below ``/`` and ``/admin``.

Specification: functions-python sections 5.2 and 5.4.
"""

import time
from importlib.metadata import version

import msgspec
from aiohttp import web

from webpubsub.host.extensions.http.gate import Gate
from webpubsub.host.extensions.http.refusing import refused
from webpubsub.host.keys.authority import ADMINISTRATION

_START_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>The function app is running</title>
<h1>The function app is running</h1>
<p>Its functions have addresses of their own, which the console lists.</p>
</html>
"""


class SystemEndpoints:
    """The addresses of the host. ``start_page`` False leaves ``/`` to functions, and to an empty
    answer when none takes it."""

    def __init__(self, gate: Gate, *, start_page: bool) -> None:
        self._gate = gate
        self._start_page = start_page
        self._started = time.monotonic()

    def answer(self, request: web.BaseRequest) -> web.Response | None:
        """The answer to a request of the host's own, or None for any other path."""
        path = request.rel_url.raw_path
        if path == "/" and self._start_page:
            return web.Response(text=_START_PAGE, content_type="text/html", charset="utf-8")
        if path == "/admin/host/ping":
            return web.Response()
        if path == "/admin/host/status" and request.method == "GET":
            refusal = self._gate.refusal(request, ADMINISTRATION)
            return self._status() if refusal is None else refused(request, refusal)
        return None

    def fallback(self, path: str) -> web.Response:
        """The answer when no function takes the path either."""
        return web.Response(status=204 if path == "/" else 404)

    def _status(self) -> web.Response:
        status = {
            "state": "Running",
            "version": version("webpubsub"),
            "processUptime": int((time.monotonic() - self._started) * 1000),
        }
        return web.Response(body=msgspec.json.encode(status), content_type="application/json")
