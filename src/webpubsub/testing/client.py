"""A client of the service in a test.

What it does returns when the world has come to rest, so that a test can look at what followed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple, Protocol

import aiohttp

from webpubsub.testing.dialects import Dialect, JsonDialect, Payload, SimpleDialect
from webpubsub.testing.errors import NotConnected, RequestFailed, Unexpected
from webpubsub.testing.inboxes import Inbox, describe
from webpubsub.testing.messages import Expectation, Message, Wanted
from webpubsub.testing.protobuf_dialect import ProtobufDialect

#: How long, in seconds of the machine, a client waits for what is expected of it.
PATIENCE = 2.0
_NORMAL = 1000
#: What a connection is said to have been closed with when it was cut.
ABNORMAL = 1006


class ClientProtocol(NamedTuple):
    """A client protocol by the name that tests use."""

    subprotocol: str | None
    dialect: Dialect
    is_reliable: bool = False


PROTOCOLS: Mapping[str, ClientProtocol] = {
    "simple": ClientProtocol(None, SimpleDialect()),
    "json": ClientProtocol("json.webpubsub.azure.v1", JsonDialect()),
    "json.reliable": ClientProtocol("json.reliable.webpubsub.azure.v1", JsonDialect(), True),
    "protobuf": ClientProtocol("protobuf.webpubsub.azure.v1", ProtobufDialect()),
    "protobuf.reliable": ClientProtocol(
        "protobuf.reliable.webpubsub.azure.v1", ProtobufDialect(), True
    ),
}


class Home(Protocol):
    """What a client needs of the world it is in."""

    async def settle(self) -> None:
        """Wait until nothing happens any more by itself."""
        ...

    def hint(self) -> str:
        """What went wrong lately, for the end of a failure; empty when nothing did."""
        ...

    async def reconnect(self, client: "Client") -> None:
        """Give a client another connection, for its old session."""
        ...

    def cut(self, client: "Client") -> None:
        """Cut a client's connection without a word."""
        ...


class Closed(NamedTuple):
    """How a connection has ended."""

    code: int
    reason: str


class Client:
    """Connected from the beginning, at ``address``. ``connection_id`` and ``user_id`` are what the
    service says."""

    def __init__(self, name: str, address: str, protocol: ClientProtocol, world: Home) -> None:
        self.name = name
        self.address = address
        self.connection_id = ""
        self.user_id: str | None = None
        self.reconnection_token: str | None = None
        self.closed: Closed | None = None
        self.is_reliable = protocol.is_reliable
        self.subprotocol = protocol.subprotocol
        self.patience = PATIENCE
        self._dialect = protocol.dialect
        self._world = world
        self._inbox = Inbox()
        self._ack_ids = count(1)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Client {self.name} at {self.address}, {self.subprotocol or 'plain WebSocket'}>"

    # What it has received

    @property
    def messages(self) -> Sequence[Message]:
        """What others have said to it, in order."""
        return [message for message in self._inbox.received if message.is_data]

    @property
    def received(self) -> Sequence[Message]:
        """Everything that it was sent, acks and system messages included, in order."""
        return tuple(self._inbox.received)

    @property
    def unexpected(self) -> Sequence[Message]:
        """The messages that no ``expect`` has taken so far."""
        return self._inbox.unexpected

    async def expect(
        self,
        *wanted: Wanted,
        within: float | None = None,
        **fields: Any,
    ) -> Message:
        """The first message that fits and that no other ``expect`` has taken, waiting for it.

        ``wanted`` is a text, bytes, a JSON value, or a predicate; ``fields`` are members of the
        message, such as ``group="room"`` or ``type="ack"``. Raises Unexpected, which shows what
        came instead, after ``within`` seconds of the machine or when the connection has ended.
        """
        __tracebackhide__ = True
        expectation = Expectation.of(wanted, fields)
        seconds = self.patience if within is None else within
        found = await self._inbox.wait(expectation, seconds, lambda: self.closed is not None)
        if found is not None:
            return found
        ended = f", whose connection was closed with {self.closed.code}," if self.closed else ""
        raise Unexpected(
            f"{self.name}{ended} did not get what was expected within {seconds:g} seconds\n"
            f"{describe(expectation, self._open(expectation))}{self._world.hint()}"
        )

    async def expect_nothing(self, *wanted: Wanted, **fields: Any) -> None:
        """See that nothing has come that fits and that no ``expect`` has taken. Raises
        Unexpected."""
        __tracebackhide__ = True
        await self._world.settle()
        found = self._inbox.take(Expectation.of(wanted, fields))
        if found is not None:
            raise Unexpected(f"{self.name} got {found}, and nothing like it was expected")

    async def expect_closed(self, code: int | None = None, reason: str | None = None) -> Closed:
        """Wait for the end of the connection. Raises Unexpected when it does not come, or comes
        with another code (1006 if it was cut) or reason."""
        __tracebackhide__ = True
        if self._reader is not None:
            await asyncio.wait((self._reader,), timeout=self.patience)
        if self.closed is None:
            raise Unexpected(f"the connection of {self.name} is open still{self._world.hint()}")
        wanted = Closed(
            self.closed.code if code is None else code,
            self.closed.reason if reason is None else reason,
        )
        if self.closed != wanted:
            raise Unexpected(
                f"the connection of {self.name} was closed with {self.closed.code} "
                f"{self.closed.reason!r}, not with {wanted.code} {wanted.reason!r}"
            )
        return self.closed

    # What it does

    async def send_event(self, event: str, data: Any = "", *, ack: bool = True) -> None:
        """Say something to the application: a text, bytes, or anything else as JSON.

        With a client protocol that has acks, it waits for one unless told not to. Raises
        RequestFailed, and UnknownRequest for a plain client that is to send another event than
        ``message``.
        """
        request = {"type": "event", "event": event, "data": data}
        await self._request(f"the event '{event}' of {self.name}", request, ack=ack)

    async def join(self, group: str, *, ack: bool = True) -> None:
        """Join a group. Raises RequestFailed, as for a client without the permission."""
        await self._request(
            f"{self.name} joining '{group}'", {"type": "joinGroup", "group": group}, ack=ack
        )

    async def leave(self, group: str, *, ack: bool = True) -> None:
        """Leave a group. Raises RequestFailed."""
        await self._request(
            f"{self.name} leaving '{group}'", {"type": "leaveGroup", "group": group}, ack=ack
        )

    async def send_to_group(
        self, group: str, data: Any, *, no_echo: bool = False, ack: bool = True
    ) -> None:
        """Say something to a group. Raises RequestFailed."""
        request = {"type": "sendToGroup", "group": group, "noEcho": no_echo, "data": data}
        await self._request(f"{self.name} sending to '{group}'", request, ack=ack)

    async def send(self, payload: Payload) -> None:
        """Send a text or bytes as they are."""
        await self._send(payload)
        await self._world.settle()

    async def close(self) -> None:
        """Say goodbye; the session ends. Does nothing when the connection has ended."""
        if self._socket is not None and self.closed is None:
            await self._socket.close(code=_NORMAL)
            await self._finish()
            self.closed = Closed(self._socket.close_code or ABNORMAL, "")
        await self._world.settle()

    async def drop(self) -> None:
        """Lose the connection without a word, as in a tunnel; the session of a reliable client goes
        on for a while."""
        self._world.cut(self)
        await self._finish()
        await self._world.settle()

    async def recover(self) -> None:
        """Come back to the session, and get what was missed. Raises ConnectRefused when it has
        ended, and NotConnected for a client that is not reliable."""
        if not self.is_reliable or self.reconnection_token is None:
            raise NotConnected(
                f"{self.name} cannot recover: only reliable clients do. Connect with "
                "protocol='json.reliable' or 'protobuf.reliable'."
            )
        await self._world.reconnect(self)
        await self._world.settle()

    # For the world

    async def begin(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Go on with this connection, and wait for the first word of the service if there is to be
        one."""
        self.closed = None
        self._socket = socket
        self._reader = asyncio.create_task(self._read(socket))
        if self.subprotocol is None:
            return
        connected = await self._inbox.wait(_CONNECTED, self.patience, lambda: bool(self.closed))
        if connected is not None:
            self.connection_id = str(connected.fields.get("connectionId", ""))
            self.user_id = connected.fields.get("userId")
            self.reconnection_token = connected.fields.get("reconnectionToken")

    async def abandon(self) -> None:
        """Let go of the connection in whatever state it is."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    # The rest

    async def _request(self, what: str, request: dict[str, Any], *, ack: bool) -> None:
        if not (ack and self._dialect.acknowledges):
            await self.send(self._dialect.encode(request))
            return
        ack_id = next(self._ack_ids)
        await self._send(self._dialect.encode({**request, "ackId": ack_id}))
        expectation = Expectation(fields={"type": "ack", "ackId": ack_id})
        answer = await self._inbox.wait(expectation, self.patience, lambda: bool(self.closed))
        if answer is None:
            ended = "connection was closed" if self.closed else f"{self.patience:g} seconds"
            raise RequestFailed(
                what,
                {"name": "NoAck", "message": f"there was no ack ({ended})"},
                self._world.hint(),
            )
        if not answer.fields.get("success"):
            raise RequestFailed(what, answer.fields.get("error") or {}, self._world.hint())
        await self._world.settle()

    async def _send(self, payload: Payload) -> None:
        if self._socket is None or self.closed is not None:
            raise NotConnected(f"{self.name} has no connection any more, and cannot send.")
        if isinstance(payload, str):
            await self._socket.send_str(payload)
        else:
            await self._socket.send_bytes(payload)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        reason = ""
        while True:
            frame = await socket.receive()
            if frame.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                await self._take(frame.data)
                continue
            if frame.type is aiohttp.WSMsgType.CLOSE:
                reason = str(frame.extra or "")
            break
        self.closed = Closed(socket.close_code or ABNORMAL, reason)
        self._inbox.ring()

    async def _take(self, payload: Payload) -> None:
        message = self._dialect.decode(payload)
        number = message.fields.get("sequenceId")
        if number is not None and self._socket is not None and not self._socket.closed:
            acknowledgement = {"type": "sequenceAck", "sequenceId": number}
            await self._send(self._dialect.encode(acknowledgement))
        self._inbox.put(message)

    async def _finish(self) -> None:
        if self._reader is not None:
            await asyncio.wait((self._reader,), timeout=self.patience)

    def _open(self, expectation: Expectation) -> Sequence[Message]:
        if "type" not in expectation.fields:
            return self._inbox.unexpected
        return [one for one in self._inbox.received if one.type == expectation.fields["type"]]


_CONNECTED = Expectation(fields={"type": "system", "event": "connected"})
