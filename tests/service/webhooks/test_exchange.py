"""One request and its answer, with retries and limits.

Specification: client-protocols sections 1.4 and 10, upstream-events sections 5, 9, 11.2, 13 and 17.
"""

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.cli.processes import free_port
from tests.service.fakes import ManualLoop
from tests.service.webhooks.servers import (
    Naps,
    Received,
    Reply,
    Webhook,
    serving,
    talking,
)
from tests.service.wire import until
from webpubsub.protocol.cloud_events.wire import WebhookRequest
from webpubsub.protocol.refusals import Refused
from webpubsub.service.webhooks.exchange import (
    RETRY_DELAYS,
    Exchange,
    Progress,
    is_passing_failure,
    is_passing_status,
)
from webpubsub.service.webhooks.http_connection import (
    MAX_BODY_BYTES,
    InvalidAnswer,
    NoAnswer,
)
from webpubsub.testing.clock import Clock

POST = WebhookRequest(method="POST", headers=[("ce-id", "1"), ("Content-Type", "a/b")], body=b"{}")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
PATIENCE = 5.0


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def clock() -> Clock:
    """Goes with the machine's, and is moved on."""
    return Clock(flows=True)


@pytest.fixture
async def exchange(clock: Clock, naps: Naps) -> AsyncIterator[Exchange]:
    exchange = Exchange(clock, sleep=naps)
    yield exchange
    await exchange.close()


async def refused(sending: Awaitable[Any]) -> tuple[str, str]:
    """The code of a refusal and what was seen."""
    with pytest.raises(Refused) as error:
        await sending
    return error.value.refusal.kind.code, error.value.refusal.seen


async def test_what_is_sent(exchange: Exchange) -> None:
    """The headers of the event and what HTTP itself needs, and nothing a library adds."""
    async with serving(Webhook(Reply(200, [("a", "1"), ("A", "2")], b"ok"))) as webhook:
        answer = await exchange.send(f"{webhook.url}/a?code=x%2By", POST, seconds=PATIENCE)
    (request,) = webhook.requests
    assert (request.method, request.target, request.body) == ("POST", "/a?code=x%2By", b"{}")
    assert {name.lower(): value for name, value in request.headers} == {
        "host": webhook.url.removeprefix("http://"),
        "ce-id": "1",
        "content-type": "a/b",
        "accept": "*/*",
        "content-length": "2",
    }
    assert (answer.status, answer.body) == (200, b"ok")
    assert [value for name, value in answer.headers if name.lower() == "a"] == ["1", "2"]


async def test_a_body_may_be_empty(exchange: Exchange) -> None:
    """An empty event has a length of 0 and keeps its Content-Type."""
    empty = WebhookRequest(method="POST", headers=[("Content-Type", "text/plain")])
    async with serving(Webhook()) as webhook:
        await exchange.send(webhook.url, empty, seconds=PATIENCE)
    assert webhook.requests[0].header("content-length") == "0"
    assert webhook.requests[0].header("content-type") == "text/plain"


async def test_letters_beyond_ascii(exchange: Exchange) -> None:
    """Header values travel as UTF-8, both ways."""
    request = WebhookRequest(method="POST", headers=[("ce-userId", "Zoë 林")], body=b"x")
    async with serving(Webhook(Reply(200, [("x", "Zoë")]))) as webhook:
        answer = await exchange.send(webhook.url, request, seconds=PATIENCE)
    assert webhook.requests[0].header("ce-userId") == "Zoë 林"
    assert ("x", "Zoë") in answer.headers


async def test_the_bytes_of_letters_beyond_ascii(exchange: Exchange) -> None:
    """They are UTF-8 on the wire (upstream-events section 5)."""
    seen = bytearray()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.extend(await reader.readuntil(b"{}"))
        writer.write(HEAD + b"hello")

    request = WebhookRequest(method="POST", headers=[("ce-userId", "Zoë 林")], body=b"{}")
    async with talking(talk) as url:
        await exchange.send(url, request, seconds=PATIENCE)
    assert b"\r\nce-userId: Zo\xc3\xab \xe6\x9e\x97\r\n" in seen


@pytest.mark.parametrize(
    ("status", "passing"),
    [
        (200, False),
        (302, False),
        (400, False),
        (404, False),
        (408, True),
        (429, False),
        (500, True),
        (501, True),
        (503, True),
        (599, True),
    ],
)
async def test_which_statuses_are_tried_again(status: int, passing: bool) -> None:
    """408 and every 5xx, four times in all; the last answer decides."""
    naps = Naps()
    exchange = Exchange(sleep=naps)
    async with serving(Webhook(Reply(status))) as webhook:
        answer = await exchange.send(webhook.url, POST, seconds=PATIENCE)
        await exchange.close()
    assert answer.status == status
    assert is_passing_status(status) is passing
    assert naps.seconds == (list(RETRY_DELAYS) if passing else [])
    assert len(webhook.requests) == (4 if passing else 1)
    assert len({(one.target, tuple(one.headers), one.body) for one in webhook.requests}) == 1


def test_the_schedule() -> None:
    """After 1, 3 and 5 seconds (upstream-events section 13)."""
    assert RETRY_DELAYS == (1.0, 3.0, 5.0)


async def test_failing_then_working(exchange: Exchange, naps: Naps) -> None:
    """Success ends the retries."""
    async with serving(Webhook(Reply(503), Reply(408), Reply(200, body=b"ok"))) as webhook:
        answer = await exchange.send(webhook.url, POST, seconds=PATIENCE)
    assert (answer.status, answer.body) == (200, b"ok")
    assert naps.seconds == [1.0, 3.0]


async def test_a_webhook_that_starts_late(naps: Naps) -> None:
    """A refused connection is tried again, and an answer is an answer."""
    port = free_port()
    servers: list[asyncio.Server] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(HEAD + b"hello")
        writer.close()

    async def start_at_last(seconds: float) -> None:
        if seconds == RETRY_DELAYS[1]:
            servers.append(await asyncio.start_server(answer, "127.0.0.1", port))

    exchange = Exchange(sleep=start_at_last)
    reply = await exchange.send(f"http://127.0.0.1:{port}/", POST, seconds=PATIENCE)
    await exchange.close()
    for server in servers:
        server.close()
        await server.wait_closed()
    assert reply.body == b"hello"


async def test_nobody_there(exchange: Exchange, naps: Naps) -> None:
    """Four attempts, then a reason without the query of the URL."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/?code=secret"
        code, seen = await refused(exchange.send(url, POST, seconds=PATIENCE))
    assert code == "webhook.unreachable"
    assert naps.seconds == list(RETRY_DELAYS)
    assert "secret" not in seen
    assert "connect" in seen


async def close_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"{}")


async def speak_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"{}")
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    await writer.drain()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"{}")
    writer.transport.abort()


@pytest.mark.parametrize("talk", [close_at_once, speak_nonsense, reset])
async def test_servers_that_break_off(
    talk: Callable[..., Awaitable[None]], exchange: Exchange, naps: Naps
) -> None:
    """What is not an answer is tried again, and then is a reason that holds no URL."""
    async with talking(talk) as url:
        code, seen = await refused(exchange.send(f"{url}/?code=secret", POST, seconds=PATIENCE))
    assert code == "webhook.unreachable"
    assert naps.seconds == list(RETRY_DELAYS)
    assert "secret" not in seen


@pytest.mark.parametrize(
    "url",
    ["", "chat", "ftp://127.0.0.1/?code=secret", "http://", "http://127.0.0.1:99999/?code=secret"],
)
async def test_urls_that_are_none(url: str, exchange: Exchange, naps: Naps) -> None:
    """A wrong URL is not tried again."""
    code, seen = await refused(exchange.send(url, POST, seconds=PATIENCE))
    assert (code, naps.seconds) == ("webhook.unreachable", [])
    assert "secret" not in seen


async def test_wrong_certificates_are_not_tried_again(exchange: Exchange, naps: Naps) -> None:
    """A server that does not speak TLS will not do so in a second."""
    async with talking(close_after_nonsense) as url:
        secure = url.replace("http:", "https:")
        code, seen = await refused(exchange.send(secure, POST, seconds=PATIENCE))
    assert (code, naps.seconds) == ("webhook.unreachable", [])
    assert "TLS" in seen


async def close_after_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (NoAnswer(), True),
        (InvalidAnswer("no HTTP"), True),
        (ConnectionResetError(104, "reset"), True),
        (socket.gaierror(-2, "Name or service not known"), True),
        (ssl.SSLError(1, "wrong version number"), False),
        (ssl.SSLCertVerificationError(1, "self-signed certificate"), False),
        (ValueError("no URL"), False),
    ],
)
def test_which_failures_pass(error: Exception, passing: bool) -> None:
    """The network may recover; a mistake in the URL does not."""
    assert is_passing_failure(error) is passing


async def test_the_end_of_the_service(exchange: Exchange) -> None:
    """Is the end of all requests, and there are no more attempts."""

    async def hang(received: Received) -> Reply:
        await exchange.close()
        await asyncio.sleep(PATIENCE)
        return Reply()

    async with serving(Webhook(hang)) as webhook:
        for _ in range(2):
            assert await refused(exchange.send(webhook.url, POST, seconds=100)) == (
                "webhook.unreachable",
                "the end of the service",
            )
    assert len(webhook.requests) == 1


async def test_redirects_are_answers(exchange: Exchange) -> None:
    """A redirect is not followed."""
    async with serving(Webhook(Reply(302, [("Location", "/elsewhere")]))) as webhook:
        answer = await exchange.send(f"{webhook.url}/a", POST, seconds=PATIENCE)
    assert answer.status == 302
    assert [request.target for request in webhook.requests] == ["/a"]


async def test_cookies_are_not_kept_here(exchange: Exchange) -> None:
    """Cookies belong to connections, not to the pool."""
    async with serving(Webhook(Reply(200, [("Set-Cookie", "a=1; Path=/")]))) as webhook:
        url = webhook.url.replace("127.0.0.1", "localhost")
        for _ in range(2):
            await exchange.send(url, POST, seconds=PATIENCE)
    assert [request.header("cookie") for request in webhook.requests] == [None, None]


async def test_a_slow_webhook(clock: Clock, exchange: Exchange, naps: Naps) -> None:
    """Time is up for all attempts together, and there is none after that."""

    async def dawdle(received: Received) -> Reply:
        await clock.advance(100)
        await asyncio.sleep(PATIENCE)
        return Reply()

    async with serving(Webhook(Reply(500), dawdle)) as webhook:
        code, seen = await refused(exchange.send(webhook.url, POST, seconds=100))
    assert (code, seen) == ("webhook.timeout", "no answer after 100 seconds")
    assert naps.seconds == [1.0]
    assert len(webhook.requests) == 2


async def test_delays_count_too() -> None:
    """A webhook that keeps failing does not get more time by it. Both go by the same time, which a
    test may move."""
    timers, seconds = ManualLoop(), 1 + 3 + 4.5
    exchange = Exchange(timers.asyncio)
    async with serving(Webhook(Reply(500))) as webhook:
        sending = asyncio.ensure_future(refused(exchange.send(webhook.url, POST, seconds=seconds)))
        for attempts, delay in enumerate(RETRY_DELAYS[:2], 1):
            await until(lambda: len(timers.waiting) == 2)
            assert len(webhook.requests) == attempts
            timers.advance(delay)
        await until(lambda: len(timers.waiting) == 2)
        timers.advance(4.4)
        assert not sending.done()
        timers.advance(0.1)
        assert await sending == ("webhook.timeout", "no answer after 8.5 seconds")
        assert len(webhook.requests) == 3
        assert timers.waiting == []
        await exchange.close()


async def break_off_in_the_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"{}")
    writer.write(HEAD + b"he")
    await writer.drain()


async def lie_about_the_encoding(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await reader.readuntil(b"{}")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello")
    await writer.drain()


@pytest.mark.parametrize("talk", [break_off_in_the_body, lie_about_the_encoding])
async def test_bodies_that_do_not_arrive(
    talk: Callable[..., Awaitable[None]], exchange: Exchange, naps: Naps
) -> None:
    """Once an answer has begun there is no other attempt."""
    async with talking(talk) as url:
        code, _ = await refused(exchange.send(url, POST, seconds=PATIENCE))
    assert (code, naps.seconds) == ("webhook.answer.incomplete", [])


def is_finishing(exchange: Exchange) -> bool:
    """Whether the rest of an answer is waited for."""
    return any(
        one._reply.has_begun and one._waiting is not None and not one._waiting.done()
        for one in exchange._pool._in_use
    )


async def test_a_body_without_an_end(clock: Clock, exchange: Exchange, naps: Naps) -> None:
    """Is not waited for longer than the head, for which the time was not up."""
    hung_up = asyncio.Event()

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(HEAD + b"he")
        assert await reader.read() == b""
        hung_up.set()

    async with talking(trickle) as url:
        sending = asyncio.ensure_future(refused(exchange.send(url, POST, seconds=100)))
        await until(lambda: is_finishing(exchange))
        await clock.advance(100)
        assert await sending == (
            "webhook.answer.incomplete",
            "an unfinished body after 100 seconds",
        )
        await asyncio.wait_for(hung_up.wait(), PATIENCE)
    assert naps.seconds == []


@pytest.mark.parametrize("size", [MAX_BODY_BYTES, MAX_BODY_BYTES + 1])
@pytest.mark.parametrize("announced", [True, False])
async def test_the_largest_body(size: int, announced: bool, exchange: Exchange) -> None:
    """16 MiB are an answer and a byte more is none, whether or not its length is announced."""
    assert MAX_BODY_BYTES == 16_777_216
    length = f"Content-Length: {size}\r\n".encode() if announced else b"Connection: close\r\n"

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n")
        writer.write(bytes(size))
        await writer.drain()

    async with talking(talk) as url:
        sending = exchange.send(url, POST, seconds=PATIENCE)
        if size > MAX_BODY_BYTES:
            code, seen = await refused(sending)
            assert code == "webhook.answer.too-large"
            assert (str(size) in seen) is announced
        else:
            assert (await sending).body == bytes(size)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (gzip.compress(b"hello", mtime=0), b"hello"),
        (gzip.compress(b"hello", mtime=0)[:-9], "webhook.answer.incomplete"),
        (gzip.compress(bytes(MAX_BODY_BYTES + 1), mtime=0), "webhook.answer.too-large"),
    ],
    ids=["whole", "without its end", "too large"],
)
async def test_compressed_bodies(body: bytes, outcome: bytes | str, exchange: Exchange) -> None:
    """Are read though nobody has asked for them, and bounded by what is in them."""
    headers = [("Content-Encoding", "gzip")]
    async with serving(Webhook(Reply(200, headers, body))) as webhook:
        sending = exchange.send(webhook.url, POST, seconds=PATIENCE)
        if isinstance(outcome, str):
            assert (await refused(sending))[0] == outcome
        else:
            assert (await sending).body == outcome


async def test_the_body_of_a_failure_is_not_read(exchange: Exchange) -> None:
    """However long it is."""
    async with serving(Webhook(Reply(400, body=bytes(MAX_BODY_BYTES + 1)))) as webhook:
        answer = await exchange.send(webhook.url, POST, seconds=PATIENCE)
    assert answer.body == b""


async def test_connections_are_used_again_and_closed(exchange: Exchange) -> None:
    """Events that follow one another share a connection, which ends with the service."""
    told: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.append("open")
        while not reader.at_eof():
            with suppress(asyncio.IncompleteReadError):
                await reader.readuntil(b"{}")
                writer.write(HEAD + b"hello")
        told.append("closed")

    async with talking(talk) as url:
        for _ in range(3):
            await exchange.send(url, POST, seconds=PATIENCE)
        assert told == ["open"]
        await exchange.close()
        await until(lambda: told == ["open", "closed"])


OPTIONS = WebhookRequest(method="OPTIONS", headers=[("ce-id", "1")])
GET = WebhookRequest(method="GET", headers=[("ce-id", "1")])


class Closing:
    """Answers one request of each connection, and closes it when there is another one."""

    def __init__(self, *, reset: bool = False) -> None:
        self.requests: list[str] = []
        self._reset = reset

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._heard(reader)
        writer.write(HEAD + b"hello")
        await self._heard(reader)
        if self._reset:
            writer.transport.abort()

    async def _heard(self, reader: asyncio.StreamReader) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"POST"):
            await reader.readexactly(len(POST.body))
        self.requests.append(head.partition(b" ")[0].decode())


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize(
    ("request_", "naps_"), [(OPTIONS, []), (GET, []), (POST, [1.0])], ids=["OPTIONS", "GET", "POST"]
)
async def test_a_connection_that_is_closed_while_it_is_used_again(
    request_: WebhookRequest, naps_: list[float], reset: bool, exchange: Exchange, naps: Naps
) -> None:
    """What may be asked twice is asked again at once, over a new connection; an event is not."""
    server, progress = Closing(reset=reset), Progress()
    async with talking(server) as url:
        await exchange.send(url, request_, seconds=PATIENCE)
        answer = await exchange.send(url, request_, seconds=PATIENCE, progress=progress)
    assert (answer.status, answer.body) == (200, b"hello")
    assert naps.seconds == naps_
    assert (len(server.requests), progress.attempts) == (3, 2)


async def test_a_server_that_closes_every_connection(exchange: Exchange, naps: Naps) -> None:
    """Is not asked for ever: a new connection that fails is a failure."""
    requests: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        if len(requests) == 1:
            writer.write(HEAD + b"hello")
            requests.append(await reader.readuntil(b"\r\n\r\n"))

    async with talking(talk) as url:
        await exchange.send(url, OPTIONS, seconds=PATIENCE)
        code, _ = await refused(exchange.send(url, OPTIONS, seconds=PATIENCE))
    assert (code, naps.seconds) == ("webhook.unreachable", list(RETRY_DELAYS))
    assert len(requests) == 6


async def test_a_failure_with_a_broken_body(exchange: Exchange, naps: Naps) -> None:
    """Is the failure that its head says it is, though both have come together."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")

    async with talking(talk) as url:
        assert (await exchange.send(url, POST, seconds=PATIENCE)).status == 404
    assert naps.seconds == []


async def test_a_server_that_does_not_read(clock: Clock, exchange: Exchange) -> None:
    """Keeps no connection beyond the time that it has: what it has not read by then is dropped."""
    large = WebhookRequest(method="POST", headers=[], body=bytes(32 * 1_048_576))
    is_over, read = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        await clock.advance(100)
        await is_over.wait()
        read.set_result(len(await reader.read()))

    async with talking(talk) as url:
        code, _ = await refused(exchange.send(url, large, seconds=100))
        is_over.set()
        assert 0 < await asyncio.wait_for(read, PATIENCE) < len(large.body)
    assert code == "webhook.timeout"


async def test_cancelling(exchange: Exchange) -> None:
    """Who waits no longer hangs up."""
    ended = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        sending.cancel()
        assert await reader.read() == b""
        ended.set()

    async with talking(talk) as url:
        sending = asyncio.ensure_future(exchange.send(url, POST, seconds=PATIENCE))
        with pytest.raises(asyncio.CancelledError):
            await sending
        await asyncio.wait_for(ended.wait(), PATIENCE)
