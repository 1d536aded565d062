"""The page and what it asks for, on the port of the service."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from aiohttp import ClientError, hdrs, web

from webpubsub.dashboard import commands, connections_view, faults
from webpubsub.dashboard.admission import ROOT, Admission, Verdict
from webpubsub.dashboard.answers import BadCall, protect, refused, shown
from webpubsub.dashboard.app_view import AppView
from webpubsub.dashboard.client_urls import client_url, inspected
from webpubsub.dashboard.cookies import Cookies
from webpubsub.dashboard.details import detail
from webpubsub.dashboard.files import file_response
from webpubsub.dashboard.live import LiveUpdates
from webpubsub.dashboard.recent_refusals import recent_refusals
from webpubsub.dashboard.recorder import Recorder
from webpubsub.dashboard.recording_rate import Point, RecordingRate
from webpubsub.dashboard.state import state
from webpubsub.service.service import Service

logger = logging.getLogger("webpubsub.dashboard")

_API = f"{ROOT}api/"
_PAGE, _GATE = "index.html", "gate.html"
#: What the gate looks like, which says nothing of what is behind it.
_OF_GATE = frozenset({f"{ROOT}gate.css", f"{ROOT}icon.svg"})
_MOST_BYTES = 2_097_152
_HTML = "text/html"

Call: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Dashboard:
    """Answers for the paths of the page; ``service`` has not started yet. ``cookies`` let browsers
    in that were let in before."""

    def __init__(self, service: Service, cookies: Cookies | None = None) -> None:
        #: The function app behind the service, if it runs here.
        self.app: AppView | None = None
        self._service = service
        self._public = service.settings.public_authority
        public_host = self._public and urlsplit(f"//{self._public}").hostname
        self._admission = Admission(public_host, cookies=cookies)
        self._recorder = Recorder()
        #: Tells a page that what it shows is of an earlier start.
        self._start = secrets.token_hex(8)
        self._closed = False
        self._calls: Mapping[tuple[str, str], Call] = {
            ("GET", "state"): self._state,
            ("GET", "live"): self._live,
            ("GET", "entry"): self._entry,
            ("GET", "refusals"): self._refusals,
            ("GET", "connections"): self._connections,
            ("GET", "functions"): self._functions,
            ("POST", "operation"): self._operation,
            ("POST", "fault"): self._fault,
            ("POST", "client-url"): self._client_url,
            ("POST", "token"): self._token,
            ("POST", "clear"): self._clear,
        }
        self._recording: RecordingRate | None = None

    def watch(self, app: AppView | None = None) -> None:
        """Begin to record what happens, in ``app``, too. On the event loop of the service."""
        self.app = app
        points: list[Point] = [self._service.point, *(() if app is None else (app.point,))]
        self._recording = RecordingRate(self._recorder, points)
        self._recording.begin()

    @property
    def link(self) -> str:
        """Where the page is, for whoever may see it."""
        return f"{self._service.endpoint}{ROOT}?token={self._admission.token}"

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse | None:
        """The answer to a request for the page, None for all others."""
        if request.path == "/" and _wants_html(request):
            return self._protected(request, _redirect())
        if not f"{request.path}/".startswith(ROOT):
            return None
        try:
            return await self._admit(request)
        except BadCall as problem:
            return self._protected(request, refused(str(problem), problem.status))
        except ConnectionError:
            raise  # the page has been closed
        except Exception:
            logger.exception("the dashboard failed at %s", request.path)
            return self._protected(request, refused("The dashboard failed; the log says how.", 500))

    def close(self) -> None:
        """Let go of all open pages, and look no more."""
        self._closed = True
        if self._recording is not None:
            self._recording.end()

    async def _admit(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path + "/" == ROOT:
            return self._protected(request, _redirect())
        verdict = self._admission.verdict(request)
        if verdict is Verdict.FOREIGN:
            text = "Only the dashboard itself may ask for this, at an address of this service."
            return self._protected(request, refused(text, 403))
        if verdict is Verdict.STRANGER and request.path not in _OF_GATE:
            return self._protected(request, _gate(request))
        if request.path.startswith(_API):
            return await self._call(request)
        response = file_response(request.path.removeprefix(ROOT) or _PAGE)
        if response is None:
            raise BadCall("There is no such page.", 404)
        if verdict is Verdict.WELCOME:
            self._admission.give_cookie(request, response)
        return self._protected(request, response)

    async def _call(self, request: web.BaseRequest) -> web.StreamResponse:
        name = request.path.removeprefix(_API)
        call = self._calls.get((request.method, name))
        if call is None:
            raise BadCall(f"There is no {request.method} {name}.", 404)
        response = await call(request)
        return response if response.prepared else self._protected(request, response)

    def _protected(
        self, request: web.BaseRequest, response: web.StreamResponse
    ) -> web.StreamResponse:
        protect(request, response, self._service.endpoint)
        return response

    def _stand(self) -> dict[str, Any]:
        stand = state(self._service, self.app, self._recorder.now())
        return {**stand, "start": self._start, "faults": faults.active(self._service.faults)}

    # What the page asks for

    async def _state(self, request: web.BaseRequest) -> web.StreamResponse:
        return shown(self._stand())

    async def _live(self, request: web.BaseRequest) -> web.StreamResponse:
        is_same = request.query.get("start") == self._start
        after = _number(request, "after") if is_same else 0
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream"})
        self._protected(request, response)
        await response.prepare(request)
        updates = LiveUpdates(
            self._recorder,
            status=self._stand,
            is_closed=lambda: self._closed,
        )
        with nullcontext() if self._recording is None else self._recording.viewed():
            await updates.follow(response, after)
        return response

    async def _entry(self, request: web.BaseRequest) -> web.StreamResponse:
        entry = self._recorder.find(_number(request, "id"))
        if entry is None:
            raise BadCall("This is too long ago: newer entries have taken its place.", 404)
        return shown(detail(entry, self._recorder.users))

    async def _refusals(self, request: web.BaseRequest) -> web.StreamResponse:
        return shown(recent_refusals(self._recorder, request.query.get("code", "")))

    async def _connections(self, request: web.BaseRequest) -> web.StreamResponse:
        hub, search = request.query.get("hub", ""), request.query.get("search", "")
        limit = _number(request, "limit")
        return shown(connections_view.connections(self._service, hub, search, limit))

    async def _functions(self, request: web.BaseRequest) -> web.StreamResponse:
        return shown([] if self.app is None else self.app.functions())

    async def _operation(self, request: web.BaseRequest) -> web.StreamResponse:
        operation = commands.operation_of(await _body(request))
        with self._service.point.trace():
            refusal = await self._service.hubs.perform(operation)
        if refusal is not None:
            raise BadCall(refusal.describe(), 409)
        return shown({})

    async def _fault(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await _body(request)
        with self._service.point.trace():
            faults.inject(self._service.faults, body)
        return shown({})

    async def _client_url(self, request: web.BaseRequest) -> web.StreamResponse:
        return shown(await client_url(self._service, await _body(request)))

    async def _token(self, request: web.BaseRequest) -> web.StreamResponse:
        return shown(inspected(self._service, await _body(request), self._recorder.now()))

    async def _clear(self, request: web.BaseRequest) -> web.StreamResponse:
        self._recorder.clear()
        return shown({})


def _redirect() -> web.Response:
    return web.Response(status=302, headers={hdrs.LOCATION: ROOT})


def _gate(request: web.BaseRequest) -> web.Response:
    """How to get in."""
    if _wants_html(request):
        page = file_response(_GATE, 401)
        if page is not None:
            return page
    return refused("Open the link that webpubsub printed when it started.", 401)


def _wants_html(request: web.BaseRequest) -> bool:
    is_reading = request.method in (hdrs.METH_GET, hdrs.METH_HEAD)
    return is_reading and _HTML in request.headers.get(hdrs.ACCEPT, "")


def _number(request: web.BaseRequest, name: str) -> int:
    text = request.query.get(name, "0")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadCall(f"{name} must be a number, and is '{text[:40]}'.")
    return int(text)


async def _body(request: web.BaseRequest) -> bytes:
    if request.content_type != "application/json":
        raise BadCall("The body must be application/json.", 415)
    parts = bytearray()
    try:
        async for chunk in request.content.iter_any():
            parts += chunk
            if len(parts) > _MOST_BYTES:
                raise BadCall(f"The body is larger than {_MOST_BYTES} bytes.", 413)
    except (ConnectionError, ClientError):
        raise BadCall("The body did not arrive.") from None
    return bytes(parts)
