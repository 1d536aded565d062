"""HTTP exchanges whose functions run in another process, between the two ends.

Specification: functions-python section 2.5.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import anyio
import msgspec
import pytest

from tests.service.wire import until
from webpubsub.host.python.relayed import RelayedExchange
from webpubsub.host.values import HttpReply, Receive, Send
from webpubsub.host.worker import FunctionFailure
from webpubsub.host.workers.relay import Relay, ResponseFailed
from webpubsub.host.workers.worker_messages import FromClient, ToClient
from webpubsub.host.workers.worker_values import packed

START = {"type": "http.response.start", "status": 200, "headers": [[b"x", b"y"]]}
PIECE = {"type": "http.response.body", "body": b"piece", "more_body": True}
END = {"type": "http.response.body", "body": b"", "more_body": False}


class Ends:
    """Both ends of an exchange, and what its client says and hears."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self.heard: list[Mapping[str, Any]] = []
        self.has_left = False
        self.told: list[str] = []
        self.there = RelayedExchange(1, {"type": "http"}, self._to_client)
        self.here = Relay(1, self.said.get, self._from_client)

    def _to_client(self, message: ToClient) -> None:
        self._carry(message, ToClient, self.here.received)

    def _from_client(self, message: FromClient) -> None:
        self._carry(message, FromClient, self.there.received)

    def _carry(self, message: msgspec.Struct, kinds: Any, to: Any) -> None:
        """Each message arrives later, as what is read of it."""
        self.told.append(type(message).__name__)
        read = msgspec.msgpack.decode(packed(message), type=kinds)
        asyncio.get_running_loop().call_soon(to, read)

    async def hear(self, message: Mapping[str, Any]) -> None:
        """What the client is sent."""
        if self.has_left:
            raise ConnectionResetError("the client has left")
        self.heard.append(message)

    async def respond(self, application: Any) -> None:
        """Send the response that an application makes."""
        self.there.reply = HttpReply(application)
        await self.here.respond({}, self.said.get, self.hear)


async def test_a_request_is_asked_for_piece_by_piece() -> None:
    """The host is asked once for each message, and no earlier than the function asks."""
    ends = Ends()
    for number in (1, 2):
        ends.said.put_nowait({"type": "http.request", "body": b"%d" % number, "more_body": True})
    assert (await ends.there.value.receive())["body"] == b"1"
    assert ends.said.qsize() == 1
    assert (await ends.there.value.receive())["body"] == b"2"


async def test_to_look_whether_there_is_something_loses_nothing() -> None:
    """As Starlette looks whether a client has left: it asks, and gives up at once."""
    ends = Ends()
    for _ in range(3):
        with anyio.CancelScope() as scope:
            scope.cancel()
            await ends.there.value.receive()
        await asyncio.sleep(0)
    assert ends.told == ["Receive"]
    ends.said.put_nowait({"type": "http.disconnect"})
    await until(lambda: "Received" in ends.told)
    with anyio.CancelScope() as scope:
        scope.cancel()
        assert await ends.there.value.receive() == {"type": "http.disconnect"}


async def test_a_response_is_sent_as_it_is_made() -> None:
    """What makes it waits until each piece is sent."""
    ends = Ends()

    async def application(scope: Mapping[str, Any], _receive: Receive, send: Send) -> None:
        assert scope == {"type": "http"}
        await send(START)
        assert ends.heard == [START]
        await send(PIECE)
        await send(END)

    await ends.respond(application)
    assert ends.heard == [START, PIECE, END]


@pytest.mark.parametrize("text", ["in the middle", "half \ud800"])
async def test_a_response_that_fails(text: str) -> None:
    """The host is told why, whatever the text is."""
    ends = Ends()

    async def application(_scope: Mapping[str, Any], _receive: Receive, send: Send) -> None:
        await send(START)
        raise ValueError(text)

    with pytest.raises(ResponseFailed, match=r"ValueError: (in the middle|half .ud800)"):
        await ends.respond(application)


async def test_what_cannot_be_sent_is_told_on_both_ends() -> None:
    """The function gets an OSError, as it would of a server; the host has its own."""
    ends = Ends()
    ends.has_left = True
    seen: list[str] = []

    async def application(_scope: Mapping[str, Any], _receive: Receive, send: Send) -> None:
        try:
            await send(START)
        except OSError as error:
            seen.append(str(error))
            raise

    with pytest.raises(ConnectionResetError, match="has left"):
        await ends.respond(application)
    assert seen == ["the response cannot be sent, or its client has left"]


async def test_the_end_of_the_exchange_ends_what_makes_the_response() -> None:
    """And what waits for the client."""
    ends = Ends()
    ended: list[str] = []

    async def application(_scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        await send(START)
        try:
            await receive()
        finally:
            ended.append("ended")

    ends.there.value.at_end.callback(ended.append, "at end")
    sending = asyncio.ensure_future(ends.respond(application))
    await until(lambda: "Receive" in ends.told)
    sending.cancel()
    ends.here.close()
    await until(lambda: len(ended) == 2)
    assert sorted(ended) == ["at end", "ended"]
    ends.said.put_nowait(PIECE)
    await asyncio.sleep(0)
    assert ends.said.qsize() == 1


async def test_a_process_that_dies_ends_the_response() -> None:
    """Before or while it is sent."""
    failure = FunctionFailure(type="WorkerLost", message="it has died", stack_trace="")

    async def application(_scope: Mapping[str, Any], receive: Receive, _send: Send) -> None:
        await receive()

    for seconds in (0.0, 0.01):
        ends = Ends()
        asyncio.get_running_loop().call_later(seconds, ends.here.end, failure)
        with pytest.raises(ResponseFailed, match="it has died"):
            await ends.respond(application)
        ends.here.end(failure)
