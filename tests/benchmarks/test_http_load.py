"""The load over HTTP: it counts whole answers, and measures nothing that is wrong.

Specification: RFC 9112 sections 2.1 and 6.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import cycle, repeat
from typing import cast

import pytest

from benchmarks.load.handshakes import come_and_go
from benchmarks.load.http import WrongAnswer, get, keep_busy, post
from benchmarks.load.websockets import Endpoint
from tests.service.fakes import client_frame

GOOD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody"
Answer = Callable[[int], Sequence[bytes]]


class _Server(asyncio.Protocol):
    """Answers the requests of one connection with parts that come apart."""

    def __init__(self, answer: Answer, seen: list[bytes]) -> None:
        self._answer = answer
        self._seen = seen
        self._number = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._seen.append(data)
        loop = asyncio.get_running_loop()
        for turn, part in enumerate(self._answer(self._number)):
            loop.call_later(turn / 1000, self._transport.write, part)
        self._number += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport.close()


@asynccontextmanager
async def _server(answer: Answer, seen: list[bytes] | None = None) -> AsyncIterator[int]:
    def make() -> _Server:
        return _Server(answer, [] if seen is None else seen)

    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    async with server:
        yield int(server.sockets[0].getsockname()[1])
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("cut", [0, 5, 17, len(GOOD) - 6, len(GOOD) - 4, len(GOOD) - 1])
async def test_an_answer_counts_once_it_is_whole(cut: int) -> None:
    """However it comes; the requests of a connection take turns."""
    seen: list[bytes] = []
    async with _server(lambda _: [GOOD[:cut], GOOD[cut:]], seen) as port:
        requests = [get(port, "/one"), post(port, "/two", b"body", ["X: y"])]
        figure = await keep_busy(port, [requests], seconds=0.05)
    assert seen == (requests * len(seen))[: len(seen)]
    assert 0 < figure.value * 0.05 < len(seen)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n", "expected HTTP/1.1 200 and saw"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "without Content-Length"),
    ],
)
async def test_a_wrong_answer_ends_the_measurement(answer: bytes, problem: str) -> None:
    """Also when all before were right."""
    async with _server(lambda number: [answer if number == 3 else GOOD]) as port:
        requests = [[get(port, "/")]] * 2
        with pytest.raises(WrongAnswer, match=problem):
            await keep_busy(port, requests, seconds=5)


async def test_a_client_that_is_not_accepted_ends_the_measurement() -> None:
    """With what it was told."""
    async with _server(lambda _: [b"HTTP/1.1 401 Unauthorized\r\n\r\n"]) as port:
        with pytest.raises(WrongAnswer, match="401"):
            await come_and_go(repeat(Endpoint(port=port, path="/")), at_once=2, seconds=5)


async def test_clients_say_good_bye_and_wait_for_the_answer() -> None:
    """One after the other, each with the next request."""
    seen: list[bytes] = []
    accepted, goodbye = b"HTTP/1.1 101 Switching Protocols\r\n\r\n", client_frame(8, b"\x03\xe8")
    async with _server(lambda number: [accepted if number == 0 else b"\x88\x00"], seen) as port:
        endpoints = [Endpoint(port=port, path=path) for path in ("/one", "/two")]
        figure = await come_and_go(cycle(endpoints), at_once=1, seconds=0.05)
    assert figure.value > 0
    assert [request.split()[1] for request in seen[:4:2]] == [b"/one", b"/two"]
    assert seen[1][:2] == goodbye[:2]
