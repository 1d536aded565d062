"""One connection, and what a server may say on it.

Specification: upstream-events sections 13 and 17.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.webhooks.http_connection import (
    MAX_HEAD_BYTES,
    BodyTooLarge,
    BrokenAnswer,
    HttpConnection,
    InvalidAnswer,
    NoAnswer,
    Reply,
)

OK = b"HTTP/1.1 200 OK\r\n"
HELLO = OK + b"Content-Length: 5\r\n\r\nhello"
CHUNKED = (
    OK + b"Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nAfter: all\r\n\r\n"
)
END = None
RESET = ConnectionResetError(104, "Connection reset by peer")


class Wire(asyncio.Transport):
    """What a connection writes to."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def connected() -> tuple[HttpConnection, Wire]:
    connection, wire = HttpConnection(), Wire()
    connection.connection_made(wire)
    return connection, wire


async def asked(
    connection: HttpConnection, *said: bytes | Exception | None, turns: bool = False
) -> Reply:
    """The whole answer to a request, when the server says all this: bytes, or the end of the
    connection. With ``turns`` whoever waits gets a turn after each."""

    async def whole() -> Reply:
        reply = await connection.ask(b"question")
        await connection.finish(reply)
        return reply

    asking = asyncio.ensure_future(whole())
    await asyncio.sleep(0)
    for item in said:
        if isinstance(item, bytes):
            connection.data_received(item)
        else:
            connection.connection_lost(item)
        if turns:
            await asyncio.sleep(0)
    return await asyncio.wait_for(asking, 1)


@pytest.mark.parametrize("turns", [True, False])
@pytest.mark.parametrize(
    ("said", "status", "body", "is_free"),
    [
        ([HELLO], 200, b"hello", True),
        ([HELLO[:20], HELLO[20:-2], HELLO[-2:]], 200, b"hello", True),
        ([HELLO[:-5], HELLO[-5:]], 200, b"hello", True),
        ([CHUNKED], 200, b"hello", True),
        ([CHUNKED[:50], CHUNKED[50:60], CHUNKED[60:]], 200, b"hello", True),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], 204, b"", True),
        ([b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"], 304, b"", True),
        ([b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"], 200, b"", True),
        ([b"HTTP/1.1 100 Continue\r\n\r\n" + HELLO], 200, b"hello", True),
        ([b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", HELLO], 200, b"hello", True),
        ([b"HTTP/1.1 101 Switching Protocols\r\n\r\n"], 101, b"", False),
        ([b"HTTP/1.1 101 S\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\nx"], 101, b"", False),
        ([OK + b"Connection: close\r\n\r\nhel", b"lo", END], 200, b"hello", False),
        ([OK + b"\r\n", b"hello", END], 200, b"hello", False),
        ([OK + b"\r\n", END], 200, b"", False),
        ([OK + b"Connection: close\r\nContent-Length: 5\r\n\r\nhello"], 200, b"hello", False),
        ([b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"], 200, b"hello", False),
        (
            [b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello"],
            *(200, b"hello", True),
        ),
        ([HELLO + HELLO], 200, b"hello", False),
        ([HELLO + b"rubbish"], 200, b"hello", False),
        ([b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"], 200, b"hello", True),
    ],
)
async def test_answers(
    said: Sequence[Any], status: int, body: bytes, is_free: bool, turns: bool
) -> None:
    """Where each ends, and whether there can be another one after it."""
    connection, wire = connected()
    reply = await asked(connection, *said, turns=turns)
    assert (reply.status, reply.body) == (status, body)
    assert wire.written == b"question"
    assert connection.is_free is is_free


@given(st.integers(1, len(CHUNKED) - 1), st.integers(1, len(CHUNKED) - 1))
def test_an_answer_in_any_pieces(first: int, second: int) -> None:
    """Is the same answer."""
    cuts = sorted((first, second))
    pieces = [CHUNKED[: cuts[0]], CHUNKED[cuts[0] : cuts[1]], CHUNKED[cuts[1] :]]

    async def ask() -> Reply:
        return await asked(connected()[0], *(piece for piece in pieces if piece), turns=True)

    reply = asyncio.run(ask())
    assert (reply.body, reply.headers) == (b"hello", [("transfer-encoding", "chunked")])


@pytest.mark.parametrize("turns", [True, False])
@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ([END], NoAnswer),
        ([RESET], ConnectionResetError),
        ([OK, END], NoAnswer),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", END], NoAnswer),
        ([HELLO[:-1], END], BrokenAnswer),
        ([HELLO[:-1], RESET], ConnectionResetError),
        ([CHUNKED[:-2], END], BrokenAnswer),
        ([OK + b"\r\nhel", RESET], ConnectionResetError),
        ([b"SSH-2.0-OpenSSH_9.6\r\n\r\n"], InvalidAnswer),
        ([OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"], InvalidAnswer),
        ([OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"], InvalidAnswer),
        ([OK + b"Content-Length: many\r\n\r\n"], InvalidAnswer),
        ([OK + b"Content-Length: -1\r\n\r\n"], InvalidAnswer),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"], InvalidAnswer),
        ([OK + b"X: " + b"x" * MAX_HEAD_BYTES, b"x"], InvalidAnswer),
    ],
)
async def test_what_is_no_answer(
    said: Sequence[Any], problem: type[Exception], turns: bool
) -> None:
    """Is an error, and the connection is not used again."""
    connection, _ = connected()
    with pytest.raises(problem):
        await asked(connection, *said, turns=turns)
    assert not connection.is_free


async def test_a_body_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is sent, nothing of it is kept beyond the limit."""
    monkeypatch.setattr("webpubsub.service.webhooks.http_connection.MAX_BODY_BYTES", 4)
    connection, wire = connected()
    with pytest.raises(BodyTooLarge, match="more than 4 bytes"):
        await asked(connection, CHUNKED[:-10], turns=True)
    assert wire.closed


async def test_headers() -> None:
    """Names in lower case, values as text, without blanks around them; empty ones are there."""
    connection, _ = connected()
    said = OK + "A: x \t\r\nb:\r\na: Zoë\r\nContent-Length: 0\r\n\r\n".encode()
    reply = await asked(connection, said)
    assert reply.headers == [("a", "x"), ("b", ""), ("a", "Zoë"), ("content-length", "0")]


async def test_one_after_another() -> None:
    """Each request has its own answer."""
    connection, wire = connected()
    for status in (200, 404, 200):
        said = b"HTTP/1.1 %d X\r\nN: %d\r\nContent-Length: 0\r\n\r\n" % (status, status)
        reply = await asked(connection, said)
        assert (reply.status, reply.headers[0]) == (status, ("n", str(status)))
    assert wire.written == b"question" * 3


@pytest.mark.parametrize("said", [HELLO, b"rubbish", END, RESET])
async def test_what_comes_unasked(said: bytes | Exception | None) -> None:
    """Ends a connection that was free."""
    connection, wire = connected()
    await asked(connection, HELLO)
    assert connection.is_free
    if isinstance(said, bytes):
        connection.data_received(said)
        assert wire.closed
    else:
        connection.connection_lost(said)
        with pytest.raises(NoAnswer):
            await connection.ask(b"question")
    assert not connection.is_free


async def test_hanging_up() -> None:
    """Before anything is said, in the middle, and after the end."""
    connection, wire = connected()
    connection.close()
    assert wire.closed
    assert not connection.is_free
    connection.connection_lost(None)
    connection.close()
