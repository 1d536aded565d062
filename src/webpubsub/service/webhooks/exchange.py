"""One request to a webhook and its answer, with the patience the service has.

Whatever a server may pass over is tried again at fixed intervals, always the same request, so a
webhook must bear to see an event twice. One failure is nobody's: a server closes a connection that
was idle while a request is on its way. What may be asked twice, a validation, is asked again at
once then; an event, with which a webhook may have begun, waits like after any other failure.
Specification: upstream-events section 13.
"""

import ssl
from collections.abc import Awaitable, Callable

import msgspec

from webpubsub.protocol.cloud_events.wire import WebhookAnswer, WebhookRequest, values
from webpubsub.protocol.refusals import Refused
from webpubsub.protocol.refusals.webhooks import (
    ANSWER_INCOMPLETE,
    ANSWER_TOO_LARGE,
    TIMEOUT,
    UNREACHABLE,
)
from webpubsub.protocol.timers import Timers
from webpubsub.service.patience import Late, Patience, pause
from webpubsub.service.webhooks.encodings import WrongEncoding, decoded
from webpubsub.service.webhooks.http_connection import (
    MAX_BODY_BYTES,
    BodyTooLarge,
    BrokenAnswer,
    HttpConnection,
    InvalidAnswer,
    NoAnswer,
    Reply,
)
from webpubsub.service.webhooks.http_pool import HttpPool
from webpubsub.service.webhooks.places import Closed
from webpubsub.service.webhooks.targets import Target, message_of, target_of

#: Between one attempt and the next, in seconds.
RETRY_DELAYS = (1.0, 3.0, 5.0)

_CONTENT_ENCODING = "content-encoding"
#: Of these a second one does nothing that the first one has not done.
_SAFE_METHODS = frozenset({"GET", "OPTIONS"})

Sleep = Callable[[float], Awaitable[object]]


class Progress(msgspec.Struct):
    """How often a request has been sent."""

    attempts: int = 0


class _Sending(msgspec.Struct):
    """A request on its way, as bytes, and whether it ``is_safe`` to send it once more.
    ``why_none`` says why it waits for a place, while it does."""

    target: Target
    message: bytes
    is_safe: bool
    progress: Progress
    why_none: str = ""


class _Unanswered(Exception):
    """Why an attempt was not answered, and whether another one may be."""

    def __init__(self, error: Exception) -> None:
        super().__init__(_why(error))
        self.is_passing = is_passing_failure(error)


class Exchange:
    """Sends requests over one pool of connections.

    Time goes by ``timers``, or else by the event loop; ``sleep`` waits between attempts.
    """

    def __init__(self, timers: Timers | None = None, *, sleep: Sleep | None = None) -> None:
        self._timers = timers
        self._sleep = sleep or (lambda seconds: pause(seconds, timers))
        self._pool = HttpPool()
        self._patience: dict[float, Patience] = {}

    async def send(
        self,
        url: str,
        request: WebhookRequest,
        *,
        seconds: float,
        progress: Progress | None = None,
    ) -> WebhookAnswer:
        """The final answer, whatever its status. ``progress`` is kept up to date.

        ``seconds`` are for all attempts, their delays and the head of the answer together, and once
        more for the body. Raises Refused when there is no answer in time, or one that is larger
        than 16 MiB.
        """
        try:
            target = target_of(url)
            sending = _Sending(
                target,
                message_of(target, request),
                request.method in _SAFE_METHODS,
                progress or Progress(),
            )
        except ValueError as error:
            raise Refused(UNREACHABLE.refuse(_why(error))) from None
        patience = self._patience_of(seconds)
        connection, reply = await self._begun(sending, patience)
        try:
            return await _answer(connection, reply, patience)
        finally:
            self._pool.give_back(target.origin, connection)

    async def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _patience_of(self, seconds: float) -> Patience:
        patience = self._patience.get(seconds)
        if patience is None:
            patience = self._patience[seconds] = Patience(seconds, self._timers)
        return patience

    async def _begun(self, sending: _Sending, patience: Patience) -> tuple[HttpConnection, Reply]:
        try:
            with patience.begin():
                return await self._persistently(sending)
        except Late:
            seen = f"no answer after {patience.seconds:g} seconds"
            if sending.why_none:
                seen += f", and no place to ask for it: {sending.why_none}"
            raise Refused(TIMEOUT.refuse(seen)) from None
        except _Unanswered as error:
            raise Refused(UNREACHABLE.refuse(str(error))) from None

    async def _persistently(self, sending: _Sending) -> tuple[HttpConnection, Reply]:
        for delay in RETRY_DELAYS:
            try:
                connection, reply = await self._once(sending)
            except _Unanswered as error:
                if not error.is_passing:
                    raise
            else:
                if not is_passing_status(reply.status):
                    return connection, reply
                self._pool.give_back(sending.target.origin, connection)
            await self._sleep(delay)
        return await self._once(sending)

    async def _once(self, sending: _Sending) -> tuple[HttpConnection, Reply]:
        """A connection with an answer that has begun."""
        try:
            connection = await self._take(sending)
            try:
                return await self._asked(sending, connection)
            except OSError:
                if not (sending.is_safe and connection.was_idle):
                    raise
            return await self._asked(sending, await self._take(sending, new=True))
        except (OSError, ValueError, InvalidAnswer) as error:
            raise _Unanswered(error) from error

    async def _take(self, sending: _Sending, *, new: bool = False) -> HttpConnection:
        origin, places = sending.target.origin, self._pool.places
        if not places.take(origin):
            sending.why_none = places.why_none(origin)
            await places.wait(origin)
            sending.why_none = ""
        sending.progress.attempts += 1
        return await self._pool.take(origin, new=new)

    async def _asked(
        self, sending: _Sending, connection: HttpConnection
    ) -> tuple[HttpConnection, Reply]:
        try:
            return connection, await connection.ask(sending.message)
        except BaseException:
            self._pool.give_back(sending.target.origin, connection)
            raise


def is_passing_status(status: int) -> bool:
    """Whether another attempt may be answered otherwise. 429 is not among them: asking again is
    what it complains of."""
    return status == 408 or status >= 500


def is_passing_failure(error: Exception) -> bool:
    """Whether another attempt may get through: neither a certificate nor a name mends itself, and
    what has been closed stays so."""
    return not isinstance(error, ssl.SSLError | ValueError | Closed)


async def _answer(connection: HttpConnection, reply: Reply, patience: Patience) -> WebhookAnswer:
    """The body of a failure is not of interest to anybody."""
    body = b""
    if 200 <= reply.status < 300:
        if not reply.is_whole:
            await _finish(connection, reply, patience)
        body = _decoded(reply)
    return WebhookAnswer(status=reply.status, headers=reply.headers, body=body)


async def _finish(connection: HttpConnection, reply: Reply, patience: Patience) -> None:
    if reply.length > MAX_BODY_BYTES:
        raise Refused(ANSWER_TOO_LARGE.refuse(f"{reply.length} bytes"))
    try:
        with patience.begin():
            await connection.finish(reply)
    except Late:
        seen = f"an unfinished body after {patience.seconds:g} seconds"
        raise Refused(ANSWER_INCOMPLETE.refuse(seen)) from None
    except BodyTooLarge as error:
        raise Refused(ANSWER_TOO_LARGE.refuse(str(error))) from None
    except (OSError, InvalidAnswer) as error:
        raise Refused(ANSWER_INCOMPLETE.refuse(_why(error))) from None


def _decoded(reply: Reply) -> bytes:
    encodings = values(reply.headers, _CONTENT_ENCODING)
    if not encodings:
        return reply.body
    try:
        return decoded(reply.body, ",".join(encodings), MAX_BODY_BYTES)
    except WrongEncoding as error:
        raise Refused(ANSWER_INCOMPLETE.refuse(str(error))) from None
    except BodyTooLarge as error:
        raise Refused(ANSWER_TOO_LARGE.refuse(str(error))) from None


def _why(error: Exception) -> str:
    """What went wrong, without the URL, which may hold a secret and stands in the texts of some
    errors."""
    if isinstance(error, ssl.SSLError):
        return "a TLS connection that could not be made or trusted"
    if isinstance(error, Closed):
        return "the end of the service"
    if isinstance(error, NoAnswer):
        return "a connection that was closed without an answer"
    if isinstance(error, BrokenAnswer):
        return "a connection that was closed in the middle of an answer"
    if isinstance(error, InvalidAnswer):
        return f"no valid HTTP ({error})"
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return type(error).__name__
