"""The hot paths, each as something that can be done again and again in one process.

They go in and out where clients do: bytes come to the doors of the service and of the host, and
what is written to a connection ends them.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from benchmarks.instructions import webhook
from benchmarks.instructions.scene import TEXT, Scene, to_group
from benchmarks.instructions.wire import Sink, Wire, text_frame
from webpubsub.protocol.access_tokens import verify

_JSON = "json.webpubsub.azure.v1"
_RELIABLE = "json.reliable.webpubsub.azure.v1"
_MEMBERS = 100
_HUB = "plain"
_ECHO = "echo"
_ADMITTED = "admitted"
_USER = "alice"

#: Does what a path does, once.
Operation = Callable[[], Awaitable[None]]


class Path(NamedTuple):
    """One hot path. ``times`` is how often it is done at least to be
    counted."""

    name: str
    title: str
    times: int
    prepare: Callable[[Scene], Awaitable[Operation]]


class Exchange:
    """A client sends something, and the last of some connections is written to. How much is written
    is found out the first time."""

    def __init__(self, sender: Wire, data: bytes, receivers: Sequence[Wire]) -> None:
        self._sender = sender
        self._data = data
        self._receivers = receivers
        self._answers = 0

    async def __call__(self) -> None:
        last = self._receivers[-1]
        before = last.size
        self._sender.send(self._data)
        await last.until(before + self._answers)

    async def learn(self) -> "Exchange":
        """Do it once, and see that every receiver is written the same. Raises RuntimeError."""
        receivers = {wire: wire.size for wire in self._receivers if wire.sink is None}
        sinks = {wire.sink for wire in self._receivers if wire.sink is not None}
        for sink in sinks:
            sink.taken()
        self._sender.send(self._data)
        await self._receivers[-1].settle()
        sizes = [wire.size - before for wire, before in receivers.items()]
        sizes += [size for sink in sinks for size in sink.taken()]
        self._answers = min(sizes)
        if len(sizes) != len(self._receivers) or self._answers != max(sizes) or not self._answers:
            raise RuntimeError(f"{len(sizes)} receivers were written {min(sizes)} to {max(sizes)}")
        return self


async def fan_out(scene: Scene) -> Operation:
    """A message to a group of many, whose sockets are written to."""
    return await _fan_out(scene, await _members(scene, _JSON, "sockets", scene.sink()), "sockets")


async def fan_out_by_transports(scene: Scene) -> Operation:
    """The same where nobody's socket can be, as with TLS."""
    return await _fan_out(scene, await _members(scene, _JSON, "tls"), "tls")


async def reliable_fan_out(scene: Scene) -> Operation:
    """The same to clients that acknowledge every message."""
    members = await _members(scene, _RELIABLE, "reliable", scene.sink())
    exchange = await _fan_out(scene, members, "reliable")
    received = 1

    async def operation() -> None:
        nonlocal received
        await exchange()
        received += 1
        acknowledgement = text_frame(b'{"type":"sequenceAck","sequenceId":%d}' % received)
        for member in members:
            member.send(acknowledgement)

    return operation


async def own_group(scene: Scene) -> Operation:
    """A message to a group whose only member is its sender."""
    client = await scene.client(_HUB, subprotocol=_JSON, groups=["own"])
    return await Exchange(client, text_frame(to_group("own", TEXT)), [client]).learn()


async def event(scene: Scene) -> Operation:
    """A user event, which a function of the app answers."""
    client = await scene.client(_ECHO, user=_USER)
    return await Exchange(client, text_frame(TEXT.encode()), [client]).learn()


async def json_event(scene: Scene) -> Operation:
    """The same from a client that speaks JSON, and asks for an ack."""
    client = await scene.client(_ECHO, subprotocol=_JSON, user=_USER)
    request = {"type": "event", "event": "message", "dataType": "text", "data": TEXT}
    return await Exchange(client, text_frame(json.dumps(request).encode()), [client]).learn()


async def webhook_event(scene: Scene) -> Operation:
    """A user event that goes to a webhook over HTTP."""
    client = await scene.client(webhook.HUB, user=_USER)
    return await Exchange(client, text_frame(TEXT.encode()), [client]).learn()


async def make_token(scene: Scene) -> Operation:
    """A URL at which a client may connect."""

    async def operation() -> None:
        await scene.service.client.client_access(_HUB, user_id=_USER)

    return operation


async def verify_token(scene: Scene) -> Operation:
    """What such a URL is worth."""
    access = await scene.service.client.client_access(_HUB, user_id=_USER)

    async def operation() -> None:
        verify(
            access.access_token,
            keys=scene.service.settings.access_keys,
            is_audience=bool,
            now=scene.now,
        )

    return operation


async def connect(scene: Scene) -> Operation:
    """A client comes, is told that it is connected, and goes."""
    return await _connecting(scene, _HUB)


async def admit(scene: Scene) -> Operation:
    """The same where a function of the app is asked."""
    return await _connecting(scene, _ADMITTED)


async def negotiate(scene: Scene) -> Operation:
    """A request to an HTTP function that answers where to connect."""
    client = Wire(scene.app.listener.door())
    request = f"GET /api/negotiate?user={_USER} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    return await Exchange(client, request.encode(), [client]).learn()


async def rest(scene: Scene) -> Operation:
    """A call of the REST API that sends to a user."""
    await scene.client(_HUB, subprotocol=_JSON, user=_USER)
    client = Wire(scene.service.door())
    request = scene.rest_request(f"{_HUB}/users/{_USER}/:send", TEXT)
    return await Exchange(client, request, [client]).learn()


async def _members(
    scene: Scene, subprotocol: str, group: str, sink: Sink | None = None
) -> Sequence[Wire]:
    """Those of a group. The last has no sink, so that it is seen when all have been written to."""
    sinks = [sink] * (_MEMBERS - 1) + [None]
    return [
        await scene.client(_HUB, subprotocol=subprotocol, groups=[group], sink=one) for one in sinks
    ]


async def _fan_out(scene: Scene, members: Sequence[Wire], group: str) -> Exchange:
    publisher = await scene.client(_HUB, subprotocol=_JSON)
    return await Exchange(publisher, text_frame(to_group(group, TEXT)), members).learn()


async def _connecting(scene: Scene, hub: str) -> Operation:
    handshake = await scene.handshake(hub, subprotocol=_JSON, user=_USER)
    size = (await scene.client(hub, subprotocol=_JSON, user=_USER)).size

    async def operation() -> None:
        wire = Wire(scene.service.door())
        wire.send(handshake)
        await wire.until(size)
        wire.lose()

    return operation


#: Every path, by its name.
PATHS: Mapping[str, Path] = {
    path.name: path
    for path in (
        Path("fan-out", f"a message of a group to {_MEMBERS} JSON clients", 20, fan_out),
        Path("fan-out-tls", "the same by transports, as with TLS", 10, fan_out_by_transports),
        Path(
            "reliable",
            f"the same to {_MEMBERS} reliable ones, and their acks",
            10,
            reliable_fan_out,
        ),
        Path("own-group", "a client's message to its own group", 200, own_group),
        Path("event", "a client's event through an async function, and the reply", 50, event),
        Path("json-event", "the same in JSON", 50, json_event),
        Path("webhook", "a client's event through a webhook", 50, webhook_event),
        Path("token", "making a client access token", 50, make_token),
        Path("verify", "verifying it", 50, verify_token),
        Path("connect", "a client that connects and leaves", 30, connect),
        Path("admit", "the same through an async connect function", 30, admit),
        Path("negotiate", "an HTTP function with a connection input", 30, negotiate),
        Path("rest", "sending to a user by the REST API", 30, rest),
    )
}
