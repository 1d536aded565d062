"""From a request to an answer: what is the host's own, whose function it is, whether it may, the
call, and the headers that every answer has.

Specification: functions-python sections 5 and 8.4.
"""

import logging
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from multidict import CIMultiDict

from webpubsub.host.extension import BindingError, TriggerCall
from webpubsub.host.extensions.http.admin.api import AdminApi
from webpubsub.host.extensions.http.admission import Admission, TooManyRequests
from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.availability import Availability
from webpubsub.host.extensions.http.bodies import BodyError, BodyTooLarge, BodyTooSlow
from webpubsub.host.extensions.http.cors import CorsPolicy
from webpubsub.host.extensions.http.exchanges import Exchange
from webpubsub.host.extensions.http.function_requests import (
    HttpBindingData,
    query_of,
    request_data,
)
from webpubsub.host.extensions.http.gate import Gate
from webpubsub.host.extensions.http.hsts import Hsts
from webpubsub.host.extensions.http.options import HttpOptions
from webpubsub.host.extensions.http.refusing import refused
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.extensions.http.responses import FAILED, FRAMING, response_of
from webpubsub.host.extensions.http.routing import Match, RouteTable, is_reserved
from webpubsub.host.extensions.http.system import SystemEndpoints
from webpubsub.host.extensions.http.templates import path_segments
from webpubsub.host.extensions.http.webhooks import Webhooks
from webpubsub.host.keys.authority import Demand
from webpubsub.host.values import HttpExchange, HttpReply, HttpRequestData, HttpResponseData
from webpubsub.host.worker import TraceContext
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.functions import (
    BODY_INCOMPLETE,
    BODY_TIMEOUT,
    BODY_TOO_LARGE,
    FUNCTION_DISABLED,
    TOO_MANY_REQUESTS,
)

logger = logging.getLogger("webpubsub.host.http")


class Answering:
    """Answers the requests for the functions in ``routes``."""

    def __init__(
        self,
        *,
        options: HttpOptions,
        routes: RouteTable,
        gate: Gate,
        admission: Admission,
        availability: Availability,
        system: SystemEndpoints,
        admin: AdminApi,
        webhooks: Webhooks,
        cors: CorsPolicy,
        hsts: Hsts,
        max_body_bytes: int,
    ) -> None:
        self._options = options
        self._routes = routes
        self._gate = gate
        self._admission = admission
        self._availability = availability
        self._system = system
        self._admin = admin
        self._webhooks = webhooks
        self._cors = cors
        self._hsts = hsts
        self._max_body_bytes = max_body_bytes
        self._has_headers = cors.is_on or hsts.is_on or bool(options.custom_headers)

    def takes(self, request: Request) -> bool:
        """Whether the answer to a request will be whole."""
        if not self._routes.has_streams:
            return True
        match = self._routes.find(request.method, path_segments(request.raw_path))
        return match is None or not match.function.streams_http

    async def __call__(self, request: Request) -> Answer:
        """The answer to a request, which may have been sent by then."""
        if self._cors.is_on:
            preflight = self._cors.preflight(request.method, request.first)
            if preflight is not None:
                return Answer(204, [*preflight.items()])
        answer = await self._respond(request)
        if self._has_headers:  # one that has been sent by now had them before
            self._finish(request, answer)
        return answer

    def _finish(self, request: Request, answer: Answer) -> None:
        """Add the headers that every answer has."""
        headers = CIMultiDict(answer.headers)
        if self._cors.is_on:
            for name, value in self._cors.headers(request.first).items():
                if name == "Vary" or name not in headers:
                    headers.add(name, value)  # Vary lists what a function's own may not
        if self._hsts.is_on:
            headers.update(self._hsts.headers(request))
        headers.update(self._options.custom_headers)
        answer.headers = [*headers.items()]

    async def _respond(self, request: Request) -> Answer:
        path = request.raw_path
        answer = self._availability.answer(request) or self._system.answer(path)
        if answer is not None:
            return answer
        try:
            return await self._routed(request, path)
        except TooManyRequests as error:
            answer = refused(request, TOO_MANY_REQUESTS.refuse(str(error)))
            answer.headers = [*answer.headers, ("X-FUNCTION-SCALEOUT", "1")]
            return answer
        except BodyTooLarge as error:
            text = f"The request body is larger than {self._max_body_bytes} bytes."
            return refused(request, BODY_TOO_LARGE.refuse(str(error)), text)
        except BodyTooSlow as error:
            answer = refused(
                request, BODY_TIMEOUT.refuse(str(error)), "The request body did not arrive in time."
            )
            answer.is_last = True  # what may still come of it is no request
            return answer
        except BodyError as error:
            text = "The request body ended early or is malformed."
            return refused(request, BODY_INCOMPLETE.refuse(str(error)), text)

    def _routed(self, request: Request, path: str) -> Coroutine[Any, Any, Answer]:
        """What makes the answer."""
        segments = path_segments(path)
        if not is_reserved(segments):
            return self._called(request, path, segments)
        webhook = self._webhooks.find(path)
        if webhook is not None:
            return self._webhooks.answer(webhook, request)
        return self._administered(request, path)

    async def _administered(self, request: Request, path: str) -> Answer:
        return await self._admin.answer(request) or self._system.fallback(path)

    async def _called(self, request: Request, path: str, segments: Sequence[str]) -> Answer:
        match = self._routes.find(request.method, segments)
        if match is None:
            return self._system.fallback(path)
        request.route = match.route
        refusal = self._refusal(request, match)
        if refusal is not None:
            return refused(request, refusal)
        if not self._admission.is_limited:
            return await self._answered(match, request)
        async with self._admission:
            return await self._answered(match, request)

    def _refusal(self, request: Request, match: Match) -> Refusal | None:
        """Whether the key is right comes before whether the function is enabled."""
        refusal = self._gate.refusal(request, Demand(match.route.level, match.function.name))
        if refusal is None and match.disabled and not self._gate.is_master(request):
            return FUNCTION_DISABLED.refuse(f"'{match.function.name}', which is disabled")
        return refusal

    def _answered(self, match: Match, request: Request) -> Coroutine[Any, Any, Answer]:
        if match.function.streams_http:
            return self._stream(match, request)
        return self._call(match, request)

    async def _call(self, match: Match, request: Request) -> Answer:
        body = await request.body.read(self._max_body_bytes)
        if body and "content-length" not in request.named and not self._options.takes_chunked:
            logger.warning(
                "Function '%s' does not see the request body: it came in chunks, without a "
                "Content-Length. Set extensions.http.enableChunkedRequestBinding in host.json.",
                match.function.name,
            )
            body = b""
        query = query_of(request)
        data = request_data(request, query, match.route_params, body)
        result = await match.invoke(_trigger_call(match, query, data, data))
        try:
            return _sent(response_of(match.function, result))
        except BindingError as error:
            logger.error("Function '%s' answered no response: %s", match.function.name, error)
            return _sent(FAILED)

    async def _stream(self, match: Match, request: Request) -> Answer:
        """Raises why the function could not read the body, once it has ended for that."""

        def finish(answer: Answer) -> None:
            self._finish(request, answer)

        exchange = Exchange(
            request, match.route_params, max_body_bytes=self._max_body_bytes, finish=finish
        )
        query = query_of(request)
        data = request_data(request, query, match.route_params, b"")
        with exchange.value.at_end:
            result = await match.invoke(_trigger_call(match, query, data, exchange.value))
            if result.failure is None and isinstance(result.return_value, HttpReply):
                return await self._sent_stream(match, exchange, result.return_value)
        if exchange.problem is not None:
            raise exchange.problem
        return _sent(FAILED)

    async def _sent_stream(self, match: Match, exchange: Exchange, reply: HttpReply) -> Answer:
        name = match.function.name
        try:
            return await exchange.answer(reply)
        except ConnectionError:
            logger.info("The client of function '%s' left before the end of its response.", name)
        except Exception:
            if exchange.problem is not None and not exchange.has_begun:
                raise exchange.problem from None
            logger.exception("Function '%s' failed while its response was sent.", name)
        if exchange.has_begun:
            exchange.cut_off()
        return _sent(FAILED)


def _trigger_call(
    match: Match,
    query: Mapping[str, str],
    data: HttpRequestData,
    value: HttpRequestData | HttpExchange,
) -> TriggerCall:
    return TriggerCall(
        value=value,
        binding_data=HttpBindingData(data, query, match.function.name),
        trace_context=TraceContext(
            data.headers.get("traceparent", ""), data.headers.get("tracestate", "")
        ),
    )


def _sent(data: HttpResponseData) -> Answer:
    headers = [pair for pair in data.headers if pair[0].lower() not in FRAMING]
    return Answer(data.status, headers, data.body)
