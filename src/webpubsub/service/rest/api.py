"""The HTTP side of the service: the data-plane REST API.

A call is routed, authenticated and checked, and only when nothing is left to refuse does the hub
hear of it. Specification: rest-api section 3.4.
"""

import logging
from collections.abc import Callable, Sequence

from aiohttp import web

from webpubsub.protocol.operations import GroupListing, HubOperation, HubQuery
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.protocol.trace_context import sender_span
from webpubsub.service import observation
from webpubsub.service.hubs.hubs import Hubs
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.rest import answers
from webpubsub.service.rest.authentication import Authentication
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.checks import Check, check_api_version, check_names
from webpubsub.service.rest.openapi import DESCRIPTION
from webpubsub.service.rest.operation import UNNAMED, Absence, JsonBody, Operation
from webpubsub.service.rest.operations import OPERATIONS
from webpubsub.service.rest.pages import shown_page
from webpubsub.service.rest.progress import Progress
from webpubsub.service.rest.routes import MethodWrong, Routes
from webpubsub.service.rest.targets import Target, parse_target
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.status import Status

logger = logging.getLogger("webpubsub.service.rest")

_FRONT_PAGE = (
    "This is a Web PubSub service.\n"
    "Clients connect to /client/hubs/{hub}; the REST API is below /api/hubs/{hub}.\n"
)
_LOGGED_CHARACTERS = 1000


class RestApi:
    """The handler of an aiohttp ``web.Server``.

    ``clock`` tells seconds since the epoch, ``status`` where the service is in its life.
    """

    def __init__(
        self,
        hubs: Hubs,
        settings: ServiceSettings,
        clock: Callable[[], float],
        status: Callable[[], Status] = lambda: Status.SERVING,
        point: ObservationPoint | None = None,
    ) -> None:
        self._point = point or ObservationPoint()
        self._hubs = hubs
        self._clock = clock
        self._status = status
        self._keys = settings.access_keys
        self._public_endpoint = settings.public_endpoint
        self._routes = Routes((*OPERATIONS, DESCRIPTION))
        #: Made of every call, in this order; those of the operation itself come after them.
        checks: tuple[Check, ...] = (check_api_version, check_names)
        self._anonymous_checks = checks
        self._checks = (Authentication(settings).check, *checks)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request; a refusal of any kind is an answer too."""
        if self._point.observer is None:
            return await self._answer(request, Progress())
        with self._point.trace(sender_span(request.headers.items())):
            return await self._observed(request)

    async def _observed(self, request: web.BaseRequest) -> web.Response:
        began, progress = self._point.monotonic(), Progress()
        method, path = request.method, request.rel_url.raw_path
        self._observe(observation.RestCalled(method, path))
        response = await self._answer(request, progress)
        seconds = self._point.monotonic() - began
        answered = progress.answered(method, path, response.status, seconds, self._checks_of)
        self._observe(answered)
        return response

    def _checks_of(self, operation: Operation) -> Sequence[Check]:
        return self._anonymous_checks if operation.anonymous else self._checks

    def _observe(self, item: observation.Observed) -> None:
        observer = self._point.observer
        if observer is not None:
            observer(item)

    async def _answer(self, request: web.BaseRequest, progress: Progress) -> web.Response:
        try:
            return await self._route(request, progress)
        except Refused as error:
            return _refuse(request, error, progress)
        except Exception:
            logger.exception("while answering %s", request.method)
            return _refuse(request, Refused(_INTERNAL_ERROR), progress)

    async def _route(self, request: web.BaseRequest, progress: Progress) -> web.Response:
        target = _target(request)
        if not target.segments and request.method in ("GET", "HEAD"):
            return web.Response(text=_FRONT_PAGE)
        operation, names = self._routes.find(request.method, target.segments)
        call = Call(request, target, names, self._clock())
        progress.operation, progress.call = operation, call
        call.status, call.keys = self._status(), self._keys
        call.public_endpoint = self._public_endpoint
        for check in self._checks_of(operation):
            check(call)
        for check in operation.checks:
            check(call)
        if operation.body is not None:
            await operation.body(call)
        return await self._carry_out(operation, call, progress)

    async def _carry_out(
        self, operation: Operation, call: Call, progress: Progress
    ) -> web.Response:
        made = operation.make(call)
        if isinstance(made, HubQuery):
            if not await self._hubs.ask(made):
                return answers.absent(operation.absence)
        elif isinstance(made, HubOperation):
            refusal = await self._hubs.perform(made)
            if refusal is not None:
                return _refuse(call.request, Refused(refusal), progress, operation.absence)
        elif isinstance(made, GroupListing):
            return answers.shown(shown_page(call, await self._hubs.page(made)))
        elif isinstance(made, JsonBody):
            return answers.shown(made.value)
        return answers.success(operation.success)


def _target(request: web.BaseRequest) -> Target:
    try:
        return parse_target(request.raw_path)
    except ValueError as error:
        raise Refused(
            kinds.PATH_ENCODING.refuse(str(error), f"The request target is invalid: {error}.")
        ) from None


def _refuse(
    request: web.BaseRequest, error: Refused, progress: Progress, absence: Absence = UNNAMED
) -> web.Response:
    progress.refusal = error.refusal
    text = f"{request.method} {request.rel_url.raw_path}: {error.refusal.describe()}"
    # Names in it are the client's: they must not be able to write lines of their own.
    line = "".join(c if c.isprintable() else "�" for c in text[:_LOGGED_CHARACTERS])
    logger.log(_level(error.refusal), "%s", line)
    return answers.refused(
        error.refusal,
        absence,
        allowed=error.allowed if isinstance(error, MethodWrong) else (),
        with_body=request.method != "HEAD",
    )


def _level(refusal: Refusal) -> int:
    """What does not exist is often no mistake of anybody's."""
    return logging.INFO if refusal.kind.http_status == 404 else logging.WARNING


_INTERNAL_ERROR = kinds.INTERNAL_ERROR.refuse("a failure", "Internal server error.")
