"""A client of the service in a test.

What it does returns when the world has come to rest, so that a test can look at what followed.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Protocol

import aiohttp

from webpubsub.testing.client_protocols import ClientProtocol
from webpubsub.testing.connection import ClientConnection, Closed
from webpubsub.testing.dialects import Payload
from webpubsub.testing.errors import NotConnected, RequestFailed, Unexpected
from webpubsub.testing.group_states import states_of
from webpubsub.testing.inboxes import Inbox, describe
from webpubsub.testing.messages import Expectation, Message, Wanted
from webpubsub.testing.streams import Stream

#: How long, in seconds of the machine, a client waits for what is expected of it.
PATIENCE = 2.0
# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


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


class Client:
    """Connected from the beginning, at ``address``. ``connection_id`` and ``user_id`` are what the
    service says."""

    def __init__(self, name: str, address: str, protocol: ClientProtocol, world: Home) -> None:
        self.name = name
        self.address = address
        self.connection_id = ""
        self.user_id: str | None = None
        self.reconnection_token: str | None = None
        self.is_reliable = protocol.is_reliable
        self.subprotocol = protocol.subprotocol
        self.patience = PATIENCE
        self._dialect = protocol.dialect
        self._world = world
        self._inbox = Inbox()
        self._connection = ClientConnection(name, protocol.dialect, self._inbox)
        self._ids = count(1)

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

    @property
    def closed(self) -> Closed | None:
        """How its connection has ended; None while it has not."""
        return self._connection.closed

    def group_states(self, group: str) -> Mapping[str, Mapping[str, str]]:
        """The states that others show in a group it watches, by connection id, as it has been
        told so far."""
        return states_of(group, self._inbox.received)

    async def expect(
        self,
        *wanted: Wanted,
        within: float | None = None,
        **fields: Any,
    ) -> Message:
        """The first message that fits and that no other ``expect`` has taken, waiting for it.

        ``wanted`` is a text, bytes, a JSON value, or a predicate; ``fields`` are members of the
        message, such as ``group="room"`` or ``type="ack"``, or predicates about them. Raises
        Unexpected, which shows what came instead, after ``within`` seconds of the machine or when
        the connection has ended.
        """
        expectation = Expectation.of(wanted, fields)
        seconds = self.patience if within is None else within
        found = await self._inbox.wait(expectation, seconds, lambda: self._connection.is_over)
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
        await self._world.settle()
        found = self._inbox.take(Expectation.of(wanted, fields))
        if found is not None:
            raise Unexpected(f"{self.name} got {found}, and nothing like it was expected")

    async def expect_closed(self, code: int | None = None, reason: str | None = None) -> Closed:
        """Wait for the end of the connection. Raises Unexpected when it does not come, or comes
        with another code (1006 if it was cut) or reason."""
        await self._connection.until_over(self.patience)
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

    async def invoke(self, event: str, data: Any = "") -> Message:
        """Say something to the application, and get its answer: the message has its ``data``.
        Raises RequestFailed. Specification: client-protocols section 9.2."""
        invocation = {"invocationId": str(next(self._ids))}
        await self._send(
            {"type": "invoke", "target": "event", "event": event, "data": data, **invocation}
        )
        wanted = {"type": "invokeResponse", **invocation}
        return await self._answered(f"the invocation of '{event}' by {self.name}", wanted)

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

    def stream(
        self, group: str, *, no_echo: bool = False, idle_seconds: float | None = None
    ) -> Stream:
        """A stream to a group, to be used with ``async with``. It ends by itself when nothing was
        sent for ``idle_seconds``. The block raises RequestFailed when the service does not accept
        it. Specification: client-protocols section 9.3."""
        stream_id = f"{self.name}-{next(self._ids)}"
        wish: dict[str, Any] = {"streamId": stream_id}
        if idle_seconds is not None:
            wish["idleTimeoutMs"] = round(idle_seconds * 1000)
        request = {"type": "sendToGroup", "group": group, "noEcho": no_echo, "stream": wish}

        async def start() -> None:
            await self._send(request)
            wanted = {"type": _opened_or_not, "streamId": stream_id}
            await self._answered(f"{self.name} streaming to '{group}'", wanted)

        return Stream(self.send, start, stream_id)

    async def set_group_state(
        self, group: str, state: Mapping[str, str] | None, *, ack: bool = True
    ) -> None:
        """Show others a state in a group, or with None no longer. Raises RequestFailed.
        Specification: client-protocols section 9.4."""
        shown = {} if state is None else {"state": dict(state)}
        request = {"type": "setGroupState", "group": group, **shown}
        await self._request(f"{self.name} setting its state in '{group}'", request, ack=ack)

    async def watch_group_states(self, group: str, *, ack: bool = True) -> None:
        """Be told the states of a group from now on; ``group_states`` has them. Raises
        RequestFailed."""
        request = {"type": "subscribeGroupState", "group": group}
        await self._request(f"{self.name} watching '{group}'", request, ack=ack)

    async def unwatch_group_states(self, group: str, *, ack: bool = True) -> None:
        """Be told no longer. Raises RequestFailed."""
        request = {"type": "unsubscribeGroupState", "group": group}
        await self._request(f"{self.name} no longer watching '{group}'", request, ack=ack)

    async def send(self, what: Payload | Mapping[str, Any]) -> None:
        """Send a text or bytes as they are, or any request: one with the members that it has in the
        JSON protocol, whatever protocol the client speaks. Nothing is waited for."""
        await self._send(what)
        await self._world.settle()

    async def close(self) -> None:
        """Say goodbye; the session ends. Does nothing when the connection has ended."""
        await self._connection.close(self.patience)
        await self._world.settle()

    async def drop(self) -> None:
        """Lose the connection without a word, as in a tunnel; the session of a reliable client goes
        on for a while."""
        self._world.cut(self)
        await self._connection.until_over(self.patience)
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

    @property
    def heard(self) -> int:
        """How much it was sent so far."""
        return len(self._inbox.received)

    async def begin(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Go on with this connection, and wait for the first word of the service if there is to be
        one."""
        self._connection.begin(socket)
        if self.subprotocol is None:
            return
        connected = await self._wait(_CONNECTED)
        if connected is not None:
            self.connection_id = str(connected.fields.get("connectionId", ""))
            self.user_id = connected.fields.get("userId")
            self.reconnection_token = connected.fields.get("reconnectionToken")

    async def abandon(self) -> None:
        """Let go of the connection in whatever state it is."""
        await self._connection.abandon()

    def forget(self) -> None:
        """The same when the event loop has been closed, in which nothing can be said any more."""
        self._connection.forget()

    # The rest

    async def _request(self, what: str, request: Mapping[str, Any], *, ack: bool) -> None:
        if not (ack and self._dialect.acknowledges):
            await self.send(request)
            return
        ack_id = next(self._ids)
        await self._send({**request, "ackId": ack_id})
        await self._answered(what, {"type": "ack", "ackId": ack_id})

    async def _answered(self, what: str, wanted: Mapping[str, Any]) -> Message:
        """The answer of the service to what was asked. Raises RequestFailed."""
        answer = await self._wait(Expectation(fields=wanted))
        if answer is None:
            ended = "connection was closed" if self.closed else f"{self.patience:g} seconds"
            missing = {"name": "NoAck", "message": f"there was no ack ({ended})"}
            raise RequestFailed(what, missing, self._world.hint())
        error = answer.fields.get("error")
        if error is not None or answer.fields.get("success") is False:
            raise RequestFailed(what, error or {}, self._world.hint())
        await self._world.settle()
        return answer

    async def _send(self, what: Payload | Mapping[str, Any]) -> None:
        payload = self._dialect.encode(what) if isinstance(what, Mapping) else what
        await self._connection.send(payload)

    async def _wait(self, expectation: Expectation) -> Message | None:
        return await self._inbox.wait(expectation, self.patience, lambda: self._connection.is_over)

    def _open(self, expectation: Expectation) -> Sequence[Message]:
        if "type" not in expectation.fields:
            return self._inbox.unexpected
        return [one for one in self._inbox.received if one.type == expectation.fields["type"]]


def _opened_or_not(kind: str) -> bool:
    return kind in ("streamAck", "streamClosed")


_CONNECTED = Expectation(fields={"type": "system", "event": "connected"})
