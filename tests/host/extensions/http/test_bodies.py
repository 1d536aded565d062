"""The body of a request, as it arrives.

Specification: functions-python sections 5.1 and 5.2.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.host.extensions.http.serving import config_of, http_function, serving
from webpubsub.host.extensions.http import bodies
from webpubsub.host.extensions.seam import Invoke, TriggerCall
from webpubsub.host.host_config import HostConfig
from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.values import HttpRequestData, HttpResponseData
from webpubsub.host.worker import InvocationResult


class _Recorder:
    """A function that keeps what it was called with and answers the body it got."""

    def __init__(self) -> None:
        self.calls: list[TriggerCall] = []

    async def __call__(self, call: TriggerCall) -> InvocationResult:
        self.calls.append(call)
        assert isinstance(call.value, HttpRequestData)
        response = HttpResponseData(status=200, headers=(), body=call.value.body)
        return InvocationResult(return_value=response)

    @property
    def request(self) -> HttpRequestData:
        value = self.calls[-1].value
        assert isinstance(value, HttpRequestData)
        return value


@asynccontextmanager
async def _serving(
    *functions: tuple[FunctionMetadata, Invoke], config: HostConfig | None = None, **options: Any
) -> AsyncIterator[ClientSession]:
    async with serving(*functions, config=config, **options) as (session, _):
        yield session


async def _raw(session: ClientSession, request: bytes) -> bytes:
    url = session._base_url
    assert url is not None
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize(("size", "status"), [(8, 200), (9, 413)])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_is_bounded(size: int, status: int, chunked: bool) -> None:
    """The limit holds whether or not the client says how long the body is."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(size):
            yield b"x"

    config = config_of(enableChunkedRequestBinding=True)
    echo = _Recorder()
    async with _serving((http_function("f"), echo), config=config, max_body_bytes=8) as session:
        answer = await session.post("/api/f", data=chunks() if chunked else b"x" * size)
        assert answer.status == status
    assert len(echo.calls) == (status == 200)


async def test_a_client_that_asks_first_is_told_to_go_on() -> None:
    """Expect: 100-continue is answered before the body comes, and only if it will be read."""
    async with _serving((http_function("f"), _Recorder()), max_body_bytes=8) as session:
        answer = await session.post("/api/f", data=b"12345678", expect100=True)
        assert await answer.read() == b"12345678"
        answer = await session.post("/api/f", data=b"123456789", expect100=True)
        assert answer.status == 413


async def test_a_client_that_leaves_in_the_middle_is_forgotten(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The function is not called with half a body, and nothing is logged as an error."""
    echo = _Recorder()
    async with _serving((http_function("f"), echo)) as session:
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
    act = _Recorder()
    async with serving((http_function("f"), act)) as (session, _):
        answer = await _raw(session, b"POST /api/f HTTP/1.1\r\nHost: h\r\n" + rest)
    head = answer.decode().lower()
    assert head.startswith("http/1.1 408 ")
    assert "connection: close" in head
    assert head.endswith("the request body did not arrive in time.")
    assert not act.calls


async def test_a_chunk_that_is_none_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is seen at once or only because nothing follows, it has an end."""
    monkeypatch.setattr(bodies, "PIECE_SECONDS", 0.1)
    act = _Recorder()
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
    seen = _Recorder()

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b"x"
            await asyncio.sleep(0.05)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bodies, "PIECE_SECONDS", 0.15)
        config = {"enableChunkedRequestBinding": True}
        async with serving((http_function("f"), seen), http=config) as (session, _):
            assert (await session.post("/api/f", data=pieces())).status == 200
    assert seen.request.body == b"xxxx"
