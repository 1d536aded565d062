"""Which address below ``/admin`` is answered by whom, and who may ask.

Specification: functions-python section 5.4.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from webpubsub.host.extensions.http.admin import functions, host, keys
from webpubsub.host.extensions.http.admin.context import AdminContext, BodyProblem, Handler, problem
from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.gate import Gate
from webpubsub.host.extensions.http.refusing import refused
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.extensions.http.templates import path_segments
from webpubsub.host.keys.authority import ADMINISTRATION, Demand, Level
from webpubsub.host.keys.files import KeyFilesError
from webpubsub.protocol.rebinding import cannot_be_rebound
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.functions import ORIGIN_FOREIGN

logger = logging.getLogger("webpubsub.host.http")

_EVERYBODY = Demand(Level.ANONYMOUS)
_READING = frozenset({"GET", "HEAD"})


class AdminRoute(NamedTuple):
    """One address; a segment in braces is a value, and one of ``{scope}`` must be a scope of
    keys."""

    method: str
    template: str
    handler: Handler
    demand: Demand = ADMINISTRATION


ROUTES: Sequence[AdminRoute] = (
    AdminRoute("GET", "host/ping", host.ping, _EVERYBODY),
    AdminRoute("POST", "host/ping", host.ping, _EVERYBODY),
    AdminRoute("GET", "warmup", host.warm_up, _EVERYBODY),
    AdminRoute("POST", "warmup", host.warm_up, _EVERYBODY),
    AdminRoute("GET", "host/status", host.status),
    AdminRoute("POST", "host/restart", host.restart),
    AdminRoute("POST", "host/drain", host.drain),
    AdminRoute("GET", "host/drain/status", host.drain_status),
    AdminRoute("POST", "host/synctriggers", host.sync_triggers),
    AdminRoute("GET", "functions", functions.list_all),
    AdminRoute("GET", "functions/{name}", functions.show),
    AdminRoute("POST", "functions/{name}", functions.call),
    AdminRoute("GET", "functions/{name}/status", functions.status),
    *(
        AdminRoute(method, f"{place}{'/{key}' if one else ''}", handler)
        for place in ("host/{scope}", "functions/{name}/keys")
        for method, one, handler in (
            ("GET", False, keys.list_all),
            ("GET", True, keys.show),
            ("POST", True, keys.create),
            ("PUT", True, keys.put),
            ("DELETE", True, keys.delete),
        )
    ),
)


class AdminApi:
    """Answers for the administration. ``context`` gives what it needs, None when there is nothing
    to administer."""

    def __init__(self, context: Callable[[], AdminContext | None], gate: Gate) -> None:
        self._context = context
        self._gate = gate

    async def answer(self, request: Request) -> Answer | None:
        """The answer to a request of the administration, or None for any other address."""
        segments = path_segments(request.raw_path)
        if not segments or segments[0].lower() != "admin":
            return None
        found = route_of(request.method, segments[1:])
        context = self._context()
        if found is None or context is None:
            return None
        route, values = found
        refusal = self._gate.refusal(request, route.demand) or self._foreign(request)
        if refusal is not None:
            return refused(request, refusal)
        try:
            return await route.handler(context, request, values)
        except BodyProblem as error:
            return problem(error.status, str(error))
        except KeyFilesError as error:
            logger.error("%s", error)
            return problem(500, str(error))

    def _foreign(self, request: Request) -> Refusal | None:
        """Without keys, a page that somebody visits must not be able to restart or drain the host:
        browsers say where such a request comes from. The name of the host must be one that nobody
        else can make to point here."""
        origin, host = request.first("Origin"), request.host.lower()
        if origin is None or request.method in _READING or self._gate.is_master(request):
            return None
        is_own = origin.lower() in (f"http://{host}", f"https://{host}") and cannot_be_rebound(host)
        return None if is_own else ORIGIN_FOREIGN.refuse(origin[:200])


def route_of(method: str, segments: Sequence[str]) -> tuple[AdminRoute, Mapping[str, str]] | None:
    """The route of a path below ``/admin``, with the values in it. Letter case does not count."""
    wanted = "GET" if method == "HEAD" else method
    for route in ROUTES:
        values = _values(route.template.split("/"), segments)
        if route.method == wanted and values is not None:
            return route, values
    return None


def _values(template: Sequence[str], segments: Sequence[str]) -> Mapping[str, str] | None:
    if len(template) != len(segments):
        return None
    values: dict[str, str] = {}
    for pattern, segment in zip(template, segments, strict=True):
        if pattern.startswith("{"):
            values[pattern[1:-1]] = segment
        elif pattern != segment.lower():
            return None
    return values if values.get("scope", "keys").lower() in keys.SCOPES else None
