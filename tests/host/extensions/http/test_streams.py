"""Clients that are answered piece by piece. Specification: functions-python section 2.5."""

import asyncio

import pytest

from tests.host.extensions.http.talking import Client, listening
from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.requests import Request

HEAD = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


async def test_an_answer_is_sent_while_it_is_made() -> None:
    """Every piece at once."""
    heard: list[bytes] = []
    done = asyncio.Event()

    async def answer(request: Request) -> Answer:
        stream, begun = request.stream, Answer(200, [("X-A", "1"), ("X-A", "2")])
        assert stream.begun is None
        await stream.begin(begun)
        assert stream.begun is begun
        for piece in (b"one", b"", b"two"):
            await stream.write(piece)
            heard.append(await client.hear())
        await stream.end()
        done.set()
        return begun

    async with listening(answer, takes=False) as listener:
        client = Client(listener)
        await client.say(HEAD)
        await done.wait()
        whole = await client.hear()
        assert not client.is_lost
    assert b"\r\nX-A: 1\r\nX-A: 2\r\n" in whole
    assert [one.rpartition(b"\r\n\r\n")[2] for one in heard] == [
        b"3\r\none\r\n",
        b"3\r\none\r\n",
        b"3\r\none\r\n3\r\ntwo\r\n",
    ]
    assert whole.endswith(b"3\r\ntwo\r\n0\r\n\r\n")


async def test_what_is_known_of_the_client() -> None:
    """What it speaks, where it is, where it came to, and whether it is there."""
    seen = []

    async def answer(request: Request) -> Answer:
        stream = request.stream
        seen.append((stream.version, stream.client, stream.is_there))
        stream.cut_off()
        seen.append((stream.version, stream.client, stream.is_there))
        return Answer(200)

    async with listening(answer, takes=False) as listener:
        assert await Client(listener).say(HEAD.replace(b"1.1", b"1.0")) == b""
    (_, address, _), _ = seen
    assert address is not None
    assert seen == [("1.0", address, True), ("1.0", address, False)]


async def test_a_body_without_a_head_is_a_mistake() -> None:
    """Nothing has been sent, and the client is told that something is wrong."""

    async def answer(request: Request) -> Answer:
        for sending in (request.stream.write(b"a"), request.stream.end()):
            with pytest.raises(RuntimeError, match="a body before its beginning"):
                await sending
        return Answer(500)

    async with listening(answer, takes=False) as listener:
        assert (await Client(listener).say(HEAD)).startswith(b"HTTP/1.1 500 ")
