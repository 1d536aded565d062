"""One request to a webhook and its answer, with the patience the service has.

Whatever a server may pass over is tried again at fixed intervals, always the same request, so a
webhook must bear to see an event twice. Specification: upstream-events section 13.
"""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import msgspec

from webpubsub.protocol.cloud_events.wire import WebhookAnswer, WebhookRequest
from webpubsub.protocol.refusals import Refused
from webpubsub.protocol.refusals.webhooks import (
    ANSWER_INCOMPLETE,
    ANSWER_TOO_LARGE,
    TIMEOUT,
    UNREACHABLE,
)

#: Between one attempt and the next, in seconds.
RETRY_DELAYS = (1.0, 3.0, 5.0)
MAX_BODY_BYTES = 16 * 1_048_576

#: A webhook that keeps its clients waiting must not take every file descriptor of the process.
_MAX_CONNECTIONS = 512
#: Common servers close idle connections after 5 seconds. Being quicker than they are keeps events
#: from being sent into a connection that is about to be closed, which would cost a retry.
_KEEP_ALIVE = 4.0
_MAX_HEADER_BYTES = 65_536
#: What an HTTP library adds of its own accord, and the service does not send.
_NOT_SENT = ("Accept-Encoding", "User-Agent")

#: Neither a certificate nor a URL mends itself.
_LASTING = (aiohttp.ClientSSLError, aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)

Sleep = Callable[[float], Awaitable[object]]


class Progress(msgspec.Struct):
    """How often a request has been sent."""

    attempts: int = 0


class Exchange:
    """Sends requests over one pool of connections, which is opened with the first of them.

    ``sleep`` waits between attempts.
    """

    def __init__(self, *, sleep: Sleep = asyncio.sleep) -> None:
        self._sleep = sleep
        self._client: aiohttp.ClientSession | None = None

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
            async with asyncio.timeout(seconds):
                response = await self._persistently(url, request, progress or Progress())
        except TimeoutError:
            raise Refused(TIMEOUT.refuse(f"no answer after {seconds:g} seconds")) from None
        except (aiohttp.ClientError, ValueError) as error:
            raise Refused(UNREACHABLE.refuse(_why(error))) from None
        try:
            return await _answer(response, seconds)
        except TimeoutError:
            seen = f"an unfinished body after {seconds:g} seconds"
            raise Refused(ANSWER_INCOMPLETE.refuse(seen)) from None
        except aiohttp.ClientError as error:
            raise Refused(ANSWER_INCOMPLETE.refuse(_why(error))) from None
        finally:
            response.release()

    async def close(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _persistently(
        self, url: str, request: WebhookRequest, progress: Progress
    ) -> aiohttp.ClientResponse:
        for delay in RETRY_DELAYS:
            progress.attempts += 1
            try:
                response = await self._once(url, request)
            except aiohttp.ClientError as error:
                if not is_passing_failure(error):
                    raise
            else:
                if not is_passing_status(response.status):
                    return response
                response.release()
            await self._sleep(delay)
        progress.attempts += 1
        return await self._once(url, request)

    async def _once(self, url: str, request: WebhookRequest) -> aiohttp.ClientResponse:
        if self._client is None:
            self._client = _new_client()
        return await self._client.request(
            request.method,
            url,
            headers=request.headers,
            data=request.body or None,
            allow_redirects=False,
        )


def is_passing_status(status: int) -> bool:
    """Whether another attempt may be answered otherwise. 429 is not among them: asking again is
    what it complains of."""
    return status == 408 or status >= 500


def is_passing_failure(error: aiohttp.ClientError) -> bool:
    """Whether another attempt may get through: not where certificates or the URL are wrong."""
    return not isinstance(error, _LASTING)


def _new_client() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=_MAX_CONNECTIONS, keepalive_timeout=_KEEP_ALIVE),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        skip_auto_headers=_NOT_SENT,
        max_line_size=_MAX_HEADER_BYTES,
        max_field_size=_MAX_HEADER_BYTES,
    )


async def _answer(response: aiohttp.ClientResponse, seconds: float) -> WebhookAnswer:
    """The body of a failure is not of interest to anybody."""
    body = await _body(response, seconds) if 200 <= response.status < 300 else b""
    return WebhookAnswer(status=response.status, headers=tuple(response.headers.items()), body=body)


async def _body(response: aiohttp.ClientResponse, seconds: float) -> bytes:
    if (response.content_length or 0) > MAX_BODY_BYTES:
        raise Refused(ANSWER_TOO_LARGE.refuse(f"{response.content_length} bytes"))
    content = response.content
    if content.is_eof():
        # Nearly always: a small body comes together with its head.
        return _bounded(content.read_nowait(-1))
    body = bytearray()
    async with asyncio.timeout(seconds):
        while chunk := await content.readany():
            body += _bounded(chunk, len(body))
    return bytes(body)


def _bounded(chunk: bytes, before: int = 0) -> bytes:
    if before + len(chunk) > MAX_BODY_BYTES:
        raise Refused(ANSWER_TOO_LARGE.refuse(f"more than {MAX_BODY_BYTES} bytes"))
    return chunk


def _why(error: Exception) -> str:
    """What went wrong, without the URL, which may hold a secret and stands in the texts of some
    errors."""
    if isinstance(error, aiohttp.ClientSSLError):
        return "a TLS connection that could not be made or trusted"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "a connection that was closed without an answer"
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return type(error).__name__
