"""The body of a request, as it arrives.

Specification: functions-python sections 5.1 and 5.2.
"""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from tests.host.extensions.http.serving import (
    Recorder,
    config_of,
    http_function,
    raw,
    serving,
)
from webpubsub.host.extensions.http import bodies, rests
from webpubsub.host.extensions.http.bodies import BodyTooLarge, WholeBody


@pytest.mark.parametrize(("size", "status"), [(8, 200), (9, 413)])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_is_bounded(size: int, status: int, chunked: bool) -> None:
    """The limit holds whether or not the client says how long the body is."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(size):
            yield b"x"

    config = config_of(enableChunkedRequestBinding=True)
    echo = Recorder()
    async with serving((http_function("f"), echo), config=config, max_body_bytes=8) as (session, _):
        answer = await session.post("/api/f", data=chunks() if chunked else b"x" * size)
        assert answer.status == status
    assert len(echo.calls) == (status == 200)


async def test_a_client_that_asks_first_is_told_to_go_on() -> None:
    """Expect: 100-continue is answered before the body comes, and only if it will be read."""
    async with serving((http_function("f"), Recorder()), max_body_bytes=8) as (session, _):
        answer = await session.post("/api/f", data=b"12345678", expect100=True)
        assert await answer.read() == b"12345678"
        answer = await session.post("/api/f", data=b"123456789", expect100=True)
        assert answer.status == 413


async def test_a_body_that_has_arrived_is_bounded_as_well() -> None:
    """As any other."""
    assert await WholeBody(b"123").read(3) == b"123"
    with pytest.raises(BodyTooLarge, match="3 bytes"):
        await WholeBody(b"123").read(2)


ASKS = b"POST /api/f HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nConnection: close\r\n"


async def test_a_client_is_told_once_and_not_for_a_body_that_is_refused() -> None:
    """However many pieces the body has; one whose length is too much is not waited for."""
    async with serving((http_function("f"), Recorder()), max_body_bytes=8) as (_, extension):
        answer = await raw(extension, ASKS + b"Content-Length: 9\r\n\r\n", until=b"\r\n")
        assert answer.startswith(b"HTTP/1.1 413 ")
        reader, writer = await asyncio.open_connection("127.0.0.1", extension.port)
        writer.write(ASKS + b"Content-Length: 8\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        for piece in (b"1234", b"5678"):
            writer.write(piece)
            await asyncio.sleep(0.02)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\n12345678")


def test_limits() -> None:
    """100 MB as in the real host, and half a minute from piece to piece."""
    assert bodies.MAX_BODY_BYTES == 104_857_600
    assert bodies.PIECE_SECONDS == 30


async def test_a_client_that_leaves_in_the_middle_is_forgotten(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The function is not called with half a body, and nothing is logged as an error."""
    echo = Recorder()
    async with serving((http_function("f"), echo)) as (session, _):
        url = session._base_url
        assert url is not None
        _, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(b"POST /api/f HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf")
        await asyncio.sleep(0.02)
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(0.02)
    assert echo.calls == []
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


STALLS = {
    "its length": b"Content-Length: 8\r\n\r\nhalf",
    "its chunks": b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "a chunk": b"Transfer-Encoding: chunked\r\n\r\n8\r\nhalf",
}


@pytest.mark.parametrize("rest", STALLS.values(), ids=STALLS)
async def test_a_body_that_stops_is_not_waited_for_for_ever(
    rest: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function is not called, and the connection is no good any more."""
    monkeypatch.setattr(bodies, "PIECE_SECONDS", 0.1)
    monkeypatch.setattr(rests, "_REST_SECONDS", 0.05)
    act = Recorder()
    async with serving((http_function("f"), act)) as (_, extension):
        request = b"POST /api/f HTTP/1.1\r\nHost: h\r\n" + rest
        answer = await raw(extension, request, until=b"did not arrive in time.")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer.lower()
    assert not act.calls


async def test_a_chunk_that_is_none_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is seen at once or only because nothing follows, it has an end."""
    monkeypatch.setattr(bodies, "PIECE_SECONDS", 0.1)
    act = Recorder()
    head = b"POST /api/f HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with serving((http_function("f"), act)) as (_, extension):
        reader, writer = await asyncio.open_connection("127.0.0.1", extension.port)
        writer.write(head + b"4\r\nhalf\r\n")
        await asyncio.sleep(0.05)
        writer.write(b"zz\r\n")
        line = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        await writer.wait_closed()
    assert line.split()[1] in (b"400", b"408")
    assert not act.calls


async def test_a_body_that_is_slow_and_steady() -> None:
    """Time is counted from piece to piece."""
    seen = Recorder()

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x"
            await asyncio.sleep(0.25)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bodies, "PIECE_SECONDS", 1.0)
        config = {"enableChunkedRequestBinding": True}
        async with serving((http_function("f"), seen), http=config) as (session, _):
            assert (await session.post("/api/f", data=pieces())).status == 200
    assert seen.request.body == b"xxxxx"
