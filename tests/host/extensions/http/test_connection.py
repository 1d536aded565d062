"""Connections to the host, and who answers on them.

Specification: functions-python section 5.2.
"""

import asyncio
import re
from contextvars import ContextVar
from unittest.mock import patch

import pytest

from tests.host.extensions.http.talking import Client, listening
from tests.service.wire import until
from webpubsub.host.extensions.http import connection, rests
from webpubsub.host.extensions.http.answers import Answer, text_answer
from webpubsub.host.extensions.http.bodies import BodyIncomplete, WholeBody
from webpubsub.host.extensions.http.handed_over import HEAD_SECONDS
from webpubsub.host.extensions.http.requests import Request
from webpubsub.ingress.pace import UNREAD_SECONDS
from webpubsub.testing.clock import Clock

HOST = b"Host: h\r\n"
BEGUN = ContextVar("BEGUN", default=0)


def get(path: bytes, headers: bytes = b"") -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\n" + HOST + headers + b"\r\n"


def post(body: bytes, headers: bytes = b"") -> bytes:
    head = b"POST /p HTTP/1.1\r\n" + HOST + headers
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def _echo(request: Request) -> Answer:
    body = await request.body.read(100_000)
    return text_answer(200, f"{request.method} {request.raw_path} {body.decode()};")


async def _name_reader(request: Request) -> Answer:
    return text_answer(200, "whole;" if isinstance(request.body, WholeBody) else "aiohttp;")


class Slow:
    """Answers when it is released."""

    def __init__(self) -> None:
        self.release = asyncio.Event()

    async def __call__(self, _: Request) -> Answer:
        await self.release.wait()
        return text_answer(200, "done")


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([get(b"/a"), get(b"/b")], id="one after another"),
        pytest.param([get(b"/a") + get(b"/b") + post(b"c")], id="ahead"),
        pytest.param([get(b"/a"), post(b"abc")[:-5], b"abc"[-5:]], id="bits"),
        pytest.param([get(b"/a"), post(b"x" * 70_000)], id="a large body"),
        pytest.param([post(b"abc")[:-2], b"bc", get(b"/b")], id="a body that comes later"),
        pytest.param([bytes([one]) for one in post(b"ab")], id="byte by byte"),
        pytest.param([get(b"/a"), get(b"/b", b"Connection: close\r\n"), get(b"/c")], id="the last"),
        pytest.param([get(b"/a"), get(b"/a").replace(b"1.1", b"1.0"), get(b"/c")], id="old"),
        pytest.param(
            [get(b"/a").replace(b"1.1", b"1.0").replace(HOST, HOST + b"Connection: keep-alive\r\n")]
            * 2,
            id="old and kept",
        ),
        pytest.param([get(b"/a"), get(b"/b").replace(b"GET", b"HEAD"), get(b"/c")], id="no body"),
        pytest.param([get(b"/a"), post(b"12", b"Expect: 100-continue\r\n")], id="asks at once"),
        pytest.param([post(b"12", b"Expect: 100-continue\r\n")[:-2], b"12"], id="asks first"),
        pytest.param(
            [
                b"POST /p HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n",
                b"2\r\nab\r\n0\r\n\r\n",
            ],
            id="chunks",
        ),
        pytest.param([get(b"/a"), b"no HTTP\r\n\r\n"], id="no HTTP"),
        pytest.param([get(b"/a"), get(b"/b", HOST)], id="two hosts"),
        pytest.param([get(b"/a", b"A: " + b"x" * 30_000 + b"\r\n")], id="long"),
        pytest.param([get(b"/a", b"A: " + b"x" * 40_000 + b"\r\n")], id="too long"),
        pytest.param([get(b"/" + b"a" * 9000)], id="a long address"),
        pytest.param([get(b"http://other/a"), get(b"/\xc3\xa9"), get(b"//b")], id="addresses"),
        pytest.param([get(b"/a", b"Connection: Upgrade\r\nUpgrade: websocket\r\n")], id="upgrade"),
    ],
)
async def test_answers_are_those_of_aiohttp(pieces: list[bytes]) -> None:
    """Whatever comes, and in whatever pieces."""
    answers = []
    for takes in (True, False):
        async with listening(_echo, takes=takes) as listener:
            client = Client(listener)
            for piece in pieces:
                await client.say(piece)
            answers.append((await client.hear(), client.is_lost))
    assert answers[0] == answers[1]
    assert answers[0][0]


async def test_a_connection_that_was_handed_over_stays_so() -> None:
    """One request that is remarkable is enough, and what does not take it is, too."""
    async with listening(_name_reader) as listener:
        client = Client(listener)
        await client.say(get(b"/"))
        await client.say(get(b"/", b"Expect: nothing\r\n"))
        heard = await client.say(get(b"/"))
        assert heard.count(b"whole;") == 1
        assert heard.count(b"aiohttp;") == 2
        listener.takes = lambda _: False
        assert b"aiohttp;" in await Client(listener).say(get(b"/"))


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([post(b"abc")[:-3], b"abc"], id="head and body"),
        pytest.param([post(b"abc")[:-3], b"", b"a", b"bc"], id="a body in bits"),
        pytest.param([bytes([one]) for one in post(b"abc")], id="byte by byte"),
        pytest.param([post(b"x" * 60_000)[:30_000], post(b"x" * 60_000)[30_000:]], id="large"),
        pytest.param([post(b"abc")[:-3], b"abc" + get(b"/a"), get(b"/b")], id="ahead"),
        pytest.param(
            [post(b"abc")[:-3], b"abc" + get(b"/a")[:9], get(b"/a")[9:]], id="a bit ahead"
        ),
    ],
)
async def test_the_rest_of_a_request_is_waited_for(pieces: list[bytes]) -> None:
    """Then it is whole, and so are those that follow."""
    async with listening(_name_reader) as listener:
        client = Client(listener)
        for piece in pieces:
            await client.say(piece)
        heard = await client.say(get(b"/last"))
        assert heard.count(b"whole;") == b"".join(pieces).count(b"HTTP/1.1") + 1
        assert b"aiohttp;" not in heard


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(post(b"x" * 70_000)[:-60_000], id="a large body"),
        pytest.param(post(b"x" * 65_536)[:-9], id="a body that is too large with its head"),
        pytest.param(post(b"12", b"Expect: 100-continue\r\n")[:-2], id="asks first"),
        pytest.param(
            b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n", id="chunks"
        ),
    ],
)
async def test_the_rest_of_others_is_not_waited_for(part: bytes) -> None:
    """Whoever answers sees the request as soon as its head is there."""
    async with listening(_name_reader) as listener:
        client = Client(listener)
        assert b"aiohttp;" in await client.say(part)
        client.transport.close()
        await client.hear()
        listener.takes = lambda _: False
        client = Client(listener)
        assert b"aiohttp;" in await client.say(post(b"abc")[:-3])
        client.transport.close()
        await client.hear()


@pytest.mark.parametrize("at", [3, 20, -2])
@pytest.mark.parametrize("whole", [get(b"/"), post(b"abc")])
async def test_the_rest_is_not_waited_for_long(whole: bytes, at: int) -> None:
    """From then on aiohttp's rules hold, and nothing that has come is lost."""
    part, rest = whole[:at], whole[at:]
    with patch.object(rests, "_REST_SECONDS", 0.02):
        async with listening(_name_reader) as listener:
            client, steady = Client(listener), Client(listener)
            await client.say(part)
            for byte in part:
                await asyncio.sleep(0.002)
                await steady.say(bytes([byte]))
            await asyncio.sleep(0.03)
            for one in (client, steady):
                assert b"aiohttp;" in await one.say(rest)


async def test_one_who_leaves_before_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    """Is answered in vain: what cannot be read is told, as with any other body."""
    errors = []

    async def read(request: Request) -> Answer:
        try:
            await request.body.read(10)
        except BodyIncomplete as error:
            errors.append(str(error))
            raise
        return Answer(200)

    for takes in (True, False):
        async with listening(read, takes=takes) as listener:
            for part in (get(b"/")[:-2], post(b"abc")[:-1]):
                client = Client(listener)
                await client.say(part)
                client.transport.close()
                await client.hear()
    assert errors == ["ConnectionResetError"] * 2
    assert len(caplog.records) == 2


async def test_when_the_listener_stops_nobody_waits_for_the_rest() -> None:
    """Of a request that has not begun to be answered."""
    async with listening(_name_reader) as listener:
        client = Client(listener)
        await client.say(post(b"abc")[:-1])
        await listener.stop(5)
        assert await client.say(b"c") == b""
        assert client.is_lost


async def test_whoever_comes_meanwhile_may_not_take_it() -> None:
    """The app was started anew while the body was on its way."""
    async with listening(_name_reader) as listener:
        client = Client(listener)
        await client.say(post(b"abc")[:-1])
        listener.takes = lambda _: False
        assert b"aiohttp;" in await client.say(b"c")


async def test_whoever_comes_meanwhile_may_not_take_it_from_one_who_has_gone() -> None:
    """There is nobody to answer piece by piece."""
    called = []

    async def note(request: Request) -> Answer:
        called.append(request.raw_path)
        return Answer(200)

    async with listening(note) as listener:
        client = Client(listener)
        await client.say(post(b"abc")[:-1])
        listener.takes = lambda _: False
        client.transport.close()
        await client.hear()
    assert called == []


async def test_what_comes_while_an_answer_is_made_waits() -> None:
    """Answers come in the order of the requests, each in a context of its own."""
    release = asyncio.Event()

    async def slow(request: Request) -> Answer:
        begun = BEGUN.get()
        BEGUN.set(begun + 1)
        await release.wait()
        return text_answer(200, f"<{request.raw_path} {begun}>")

    async with listening(slow) as listener:
        client = Client(listener)
        for path in (b"/a", b"/b", b"/c"):
            assert await client.say(get(path)) == b""
        release.set()
        heard = await client.hear()
    assert re.findall(b"<(.*)>", heard) == [b"/a 0", b"/b 0", b"/c 0"]


async def test_a_client_that_sends_too_much_ahead_is_not_read() -> None:
    """Until the answer has been sent; nothing is lost."""
    release = asyncio.Event()

    async def slow(request: Request) -> Answer:
        await release.wait()
        return await _echo(request)

    large = post(b"x" * 40_000)
    async with listening(slow) as listener:
        client = Client(listener)
        for piece in (get(b"/a"), large, large, large):
            await client.say(piece)
        assert client.transport.get_write_buffer_size() > 0
        release.set()
        heard = await client.hear()
        assert heard.count(b"200 OK") == 4
        assert heard.endswith(b"x;")


async def test_a_client_that_does_not_read_is_not_answered() -> None:
    """Its next request waits until it does."""
    calls = []

    async def large(request: Request) -> Answer:
        calls.append(request.raw_path)
        return Answer(200, body=b"x" * 100_000)

    async with listening(large) as listener:
        client = Client(listener)
        client.transport.pause_reading()
        await client.say(get(b"/a"))
        await client.say(get(b"/b"))
        assert calls == ["/a"]
        client.transport.resume_reading()
        assert (await client.hear()).count(b"200 OK") == 2
        assert calls == ["/a", "/b"]


async def test_a_client_that_does_not_read_is_not_handed_over() -> None:
    """However long the rest of its next request takes; too much of it is not read."""

    async def large(request: Request) -> Answer:
        await request.body.read(10)
        return Answer(200, body=b"x" * (100_000 if request.method == "GET" else 1))

    with patch.object(rests, "_REST_SECONDS", 0.01):
        async with listening(large) as listener:
            client = Client(listener)
            await client.say(get(b"/a")[:-1])
            client.transport.pause_reading()
            await client.say(get(b"/a")[-1:] + post(b"abc")[:-3])
            await asyncio.sleep(0.05)
            await client.say(b"abc")
            for _ in range(4):
                await client.say(post(b"abc") * 400)
            assert client.transport.get_write_buffer_size() > 0
            client.transport.resume_reading()
            await until(lambda: client.received.count(b"200 OK") == 1602)


async def test_a_mistake_of_the_host_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The client learns nothing but that there was one, and the connection ends."""

    async def fail(_: Request) -> Answer:
        raise KeyError("secret")

    answers = []
    for takes in (True, False):
        async with listening(fail, takes=takes) as listener:
            client = Client(listener)
            answers.append(await client.say(get(b"/?code=key", b"Accept: text/html\r\n")))
            assert client.is_lost
    assert answers[0] == answers[1]
    assert answers[0].startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert answers[0].endswith(b"\r\n\r\nThe host failed, and its log says why.")
    assert [record.getMessage() for record in caplog.records] == ["GET / cannot be answered"] * 2
    assert "secret" in caplog.text


@pytest.mark.parametrize("takes", [True, False])
async def test_an_answer_that_cannot_be_sent_is_logged(
    takes: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of it is sent, and the connection ends."""

    async def answer(_: Request) -> Answer:
        return Answer(200, [("X-A", "\x01")])

    async with listening(answer, takes=takes) as listener:
        client = Client(listener)
        assert await client.say(get(b"/")) == b""
        assert client.is_lost
    assert [record.getMessage() for record in caplog.records] == ["Unhandled exception"]


async def test_a_client_that_has_gone_gets_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    """Its request is carried out all the same."""
    release, done = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> Answer:
        await release.wait()
        done.set()
        return Answer(200)

    async with listening(slow) as listener:
        client = Client(listener)
        await client.say(get(b"/a") + b"")
        client.transport.close()
        assert await client.hear() == b""
        release.set()
        await done.wait()
    assert caplog.records == []


@pytest.mark.parametrize("takes", [True, False])
async def test_a_listener_that_stops_lets_answers_come(takes: bool) -> None:
    """Connections that wait for a request are closed at once, the others after their answer."""
    slow = Slow()
    async with listening(slow, takes=takes) as listener:
        idle, busy = Client(listener), Client(listener)
        await busy.say(get(b"/a"))
        stopping = asyncio.ensure_future(listener.stop(5))
        assert await idle.hear() == b""
        assert (idle.is_lost, busy.is_lost) == (True, False)
        assert await busy.say(get(b"/b")) == b""
        slow.release.set()
        assert (await busy.hear()).count(b"done") == 1
        await stopping
        assert busy.is_lost


@pytest.mark.parametrize("takes", [True, False])
async def test_whoever_comes_while_the_listener_stops(takes: bool) -> None:
    """Is not answered, then or later."""
    slow = Slow()
    async with listening(slow, takes=takes) as listener:
        busy = Client(listener)
        await busy.say(get(b"/a"))
        stopping = asyncio.ensure_future(listener.stop(5))
        await asyncio.sleep(0)
        late = Client(listener)
        await late.say(get(b"/b"))
        slow.release.set()
        await stopping
        assert (await busy.hear()).count(b"done") == 1
        assert await late.hear() == b""
        assert late.is_lost


@pytest.mark.parametrize("seconds", [0, 0.01])
@pytest.mark.parametrize("takes", [True, False])
async def test_an_answer_that_takes_too_long_is_cut_off(takes: bool, seconds: float) -> None:
    """When the listener stops."""
    cancelled = asyncio.Event()

    async def slow(_: Request) -> Answer:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return Answer(200)

    async with listening(slow, takes=takes) as listener:
        client = Client(listener)
        await client.say(get(b"/a"))
        async with asyncio.timeout(5):
            await listener.stop(seconds)
        assert await client.hear() == b""
        assert client.is_lost
    assert cancelled.is_set()


async def test_a_silent_connection_is_closed() -> None:
    """But not one whose client has waited in the meantime."""
    slow = Slow()
    async with listening(slow) as listener:
        with patch.object(connection, "_SILENT_SECONDS", 0.04):
            busy = Client(listener)
            await busy.say(get(b"/a"))
            idle = Client(listener)
            await until(lambda: idle.is_lost)
        slow.release.set()
        assert (await busy.hear()).count(b"done") == 1
        assert (await busy.say(get(b"/b"))).count(b"done") == 2


@pytest.mark.parametrize("takes", [True, False])
async def test_a_client_that_never_reads_is_cut_off(takes: bool) -> None:
    """Nothing else would end it. One that has read its answer is not."""

    async def large(_: Request) -> Answer:
        return Answer(200, body=b"x" * 100_000)

    clock = Clock()
    async with listening(large, takes=takes, timers=clock) as listener:
        never, late = Client(listener), Client(listener)
        for client in (never, late):
            client.transport.pause_reading()
            await client.say(get(b"/a"))
        await clock.advance(UNREAD_SECONDS - 1)
        late.transport.resume_reading()
        await late.hear()
        assert not never.transport.peer.is_closing()
        await clock.advance(1)
        assert never.transport.peer.is_closing()
        await clock.advance(UNREAD_SECONDS)
        assert (await late.say(get(b"/b"))).count(b"200 OK") == 2


@pytest.mark.parametrize("takes", [True, False])
async def test_the_head_of_a_request_must_come_in_time(takes: bool) -> None:
    """Byte by byte, too, and after other requests; idle connections may wait."""
    clock = Clock()
    with patch.object(rests, "_REST_SECONDS", 0.01):
        async with listening(_name_reader, takes=takes, timers=clock) as listener:
            clients = [Client(listener) for _ in range(4)]
            whole, _, steady, idle = clients
            for client in clients[1:]:
                await client.say(get(b"/"))
            for client in clients[:3]:
                await client.say(get(b"/")[:9])
            await asyncio.sleep(0.05)
            await clock.advance(HEAD_SECONDS - 1)
            await whole.say(get(b"/")[9:])
            await steady.say(get(b"/")[9:10])
            await clock.advance(1)
            for client in clients:
                await client.hear()
            assert [client.is_lost for client in clients] == [False, True, True, False]
            await clock.advance(HEAD_SECONDS)
            for client in (whole, idle):
                assert b"200 OK" in await client.say(get(b"/"))
