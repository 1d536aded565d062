"""One connection, and what a server may say on it.

Specification: upstream-events sections 13 and 17.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from hypothesis import example, given
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

T = TypeVar("T")
RESET = ConnectionResetError(104, "Connection reset by peer")


class Wire(asyncio.Transport):
    """What a connection writes to."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.unread = 0
        self.closed = False
        self.aborted = False

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return self.unread

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = self.aborted = True

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

    return await while_it_says(connection, said, turns, whole())


async def while_it_says(
    connection: HttpConnection, said: Sequence[Any], turns: bool, asking: Coroutine[Any, Any, T]
) -> T:
    """What comes of asking when the server says all this."""
    task = asyncio.ensure_future(asking)
    await asyncio.sleep(0)
    for item in said:
        if isinstance(item, bytes):
            connection.data_received(item)
        else:
            connection.connection_lost(item)
        if turns:
            await asyncio.sleep(0)
    return await asyncio.wait_for(task, 5)


ANSWERS: list[tuple[Sequence[Any], int, bytes, bool]] = [
    ([HELLO], 200, b"hello", True),
    ([HELLO[:20], HELLO[20:-2], HELLO[-2:]], 200, b"hello", True),
    ([HELLO[:-5], HELLO[-5:]], 200, b"hello", True),
    ([CHUNKED], 200, b"hello", True),
    ([CHUNKED[:50], CHUNKED[50:60], CHUNKED[60:]], 200, b"hello", True),
    ([b"HTTP/1.1 204 No Content\r\n\r\n"], 204, b"", True),
    ([b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"], 204, b"", True),
    ([b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"], 204, b"", False),
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
    ([OK + b"Connection: keep-alive, close\r\nContent-Length: 0\r\n\r\n"], 200, b"", False),
    ([OK + b"Upgrade: h2\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n"], 200, b"", True),
    ([OK + b"Content-Length : 5\r\n\r\nhello"], 200, b"hello", True),
    ([b"\r\n" + HELLO], 200, b"hello", True),
    ([HELLO + HELLO], 200, b"hello", False),
    ([HELLO + b"HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n"], 200, b"hello", False),
    ([HELLO + b"rubbish"], 200, b"hello", False),
    ([b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"], 200, b"hello", True),
]


@pytest.mark.parametrize("turns", [True, False])
@pytest.mark.parametrize(("said", "status", "body", "is_free"), ANSWERS)
async def test_answers(
    said: Sequence[Any], status: int, body: bytes, is_free: bool, turns: bool
) -> None:
    """Where each ends, and whether there can be another one after it."""
    connection, wire = connected()
    reply = await asked(connection, *said, turns=turns)
    assert (reply.status, reply.body) == (status, body)
    assert wire.written == b"question"
    assert connection.is_free is is_free


NO_ANSWERS: list[tuple[Sequence[Any], type[Exception]]] = [
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
    ([OK + b"Content-Length : 5\r\n\r\nhel", END], BrokenAnswer),
    ([OK + b"Transfer-Encoding: chunked, \r\n\r\n0\r\n\r\n"], InvalidAnswer),
    ([OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"], InvalidAnswer),
    ([OK + b"Transfer-Encoding: gzip\r\n\r\nhello", END], InvalidAnswer),
    ([OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nheXX0\r\n\r\n"], InvalidAnswer),
    ([b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"], InvalidAnswer),
]


@pytest.mark.parametrize("turns", [True, False])
@pytest.mark.parametrize(("said", "problem"), NO_ANSWERS)
async def test_what_is_no_answer(
    said: Sequence[Any], problem: type[Exception], turns: bool
) -> None:
    """Is an error, and the connection is not used again."""
    connection, _ = connected()
    with pytest.raises(problem):
        await asked(connection, *said, turns=turns)
    assert not connection.is_free


async def heard(*said: bytes | Exception | None, turns: bool) -> tuple[object, ...]:
    """What who asks gets to know: the head, the body, and whether there can be another answer."""
    connection, _ = connected()

    async def ask() -> tuple[object, ...]:
        try:
            reply = await connection.ask(b"question")
        except Exception as error:
            return (type(error),)
        head = (reply.status, *reply.headers)
        try:
            await connection.finish(reply)
        except Exception as error:
            return (*head, type(error))
        return (*head, reply.body)

    return *await while_it_says(connection, said, turns, ask()), connection.is_free


EVERYTHING = [said for said, *_ in (*ANSWERS, *NO_ANSWERS)]


@given(st.sampled_from(EVERYTHING), st.sets(st.integers(1, 120), max_size=6), st.booleans())
@example(EVERYTHING[3], set(range(1, 120)), True)
@example(EVERYTHING[-1], set(range(1, 120)), True)
def test_pieces_mean_nothing(said: Sequence[Any], cuts: set[int], turns: bool) -> None:
    """However the network cuts what a server says, it has said the same."""
    whole = b"".join(item for item in said if isinstance(item, bytes))
    ends = [item for item in said if not isinstance(item, bytes)]
    edges = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    pieces = [whole[start:end] for start, end in pairwise(edges)]

    async def both() -> tuple[object, object]:
        return await heard(whole, *ends, turns=True), await heard(*pieces, *ends, turns=turns)

    at_once, in_pieces = asyncio.run(both())
    assert at_once == in_pieces


@pytest.mark.parametrize(
    "piece",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        OK + b"X: ",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1;",
        CHUNKED[:-2],
    ],
    ids=["interim", "head", "chunk extension", "trailer"],
)
async def test_what_is_no_body_is_limited(piece: bytes) -> None:
    """A server cannot fill the memory by what nobody reads."""
    connection, wire = connected()
    more = piece if piece.endswith(b"\r\n\r\n") else b"x" * 1024
    many = [more] * (MAX_HEAD_BYTES // len(more) + 1)
    with pytest.raises(InvalidAnswer, match="more than 131072 bytes"):
        await asked(connection, piece, *many, turns=True)
    assert wire.aborted


@pytest.mark.parametrize("sizes", [[9], [MAX_HEAD_BYTES - 10], [1000, MAX_HEAD_BYTES - 2000]])
@pytest.mark.parametrize("beyond", [0, 1, 100_000])
async def test_the_largest_head(sizes: Sequence[int], beyond: int) -> None:
    """It may have so many bytes, however many come at once and what comes with them."""
    head = OK + b"Content-Length: 100000\r\nx: "
    head += b"x" * (MAX_HEAD_BYTES + beyond - len(head) - 4) + b"\r\n\r\n"
    answer, pieces = head + b"y" * 100_000, []
    for size in sizes:
        pieces.append(answer[:size])
        answer = answer[size:]
    connection, wire = connected()
    asking = asked(connection, *pieces, answer)
    if not beyond:
        assert len((await asking).body) == 100_000
        return
    with pytest.raises(InvalidAnswer, match="more than 131072 bytes in a head"):
        await asking
    assert wire.aborted


async def test_a_body_in_tiny_pieces() -> None:
    """Is one, though what is between them is more than it."""
    connection, _ = connected()
    chunks = [b"1\r\nx\r\n"] * (MAX_HEAD_BYTES // 4)
    head, end = OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n"
    reply = await asked(connection, head, *chunks, end)
    assert reply.body == b"x" * len(chunks)


async def test_a_body_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is sent, nothing of it is kept beyond the limit."""
    monkeypatch.setattr("webpubsub.service.webhooks.http_connection.MAX_BODY_BYTES", 4)
    connection, wire = connected()
    with pytest.raises(BodyTooLarge, match="more than 4 bytes"):
        await asked(connection, CHUNKED[:-10], turns=True)
    assert wire.aborted


async def test_a_body_that_is_too_large_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is an answer, not even when all of it has come before anybody looks."""
    monkeypatch.setattr("webpubsub.service.webhooks.http_connection.MAX_BODY_BYTES", 4)
    connection, _ = connected()
    with pytest.raises(BodyTooLarge):
        await asked(connection, CHUNKED[:50], CHUNKED[50:])


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
    """Before anything is said, and after the end."""
    connection, wire = connected()
    connection.close()
    assert wire.closed
    assert not wire.aborted
    assert not connection.is_free
    connection.connection_lost(None)
    connection.close()


async def test_hanging_up_in_the_middle() -> None:
    """What has not been sent is not: a server that does not read it would have to be waited for."""
    connection, wire = connected()
    asking = asyncio.ensure_future(connection.ask(b"question"))
    await asyncio.sleep(0)
    asking.cancel()
    connection.close()
    assert wire.aborted


async def test_hanging_up_on_a_server_that_has_not_read_the_question() -> None:
    """Though it has answered it."""
    connection, wire = connected()
    wire.unread = 1
    await asked(connection, HELLO)
    connection.close()
    assert wire.aborted


@pytest.mark.parametrize(
    ("before", "said", "was_idle"),
    [
        ([], [END], False),
        ([HELLO], [END], True),
        ([HELLO], [RESET], True),
        ([CHUNKED], [RESET], True),
        ([HELLO], [b"HTTP/1.1 100 Continue\r\n\r\n", END], False),
        ([HELLO], [b"H", RESET], False),
    ],
)
async def test_the_end_of_an_idle_connection(
    before: Sequence[Any], said: Sequence[Any], was_idle: bool
) -> None:
    """Is told from that of one where the server has begun to answer, or never has."""
    connection, _ = connected()
    for answer in before:
        await asked(connection, answer)
    with pytest.raises(ConnectionError):
        await asked(connection, *said)
    assert connection.was_idle is was_idle
