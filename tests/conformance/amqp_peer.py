"""A peer on the loopback that takes the place of Azure Event Hubs.

It lets everybody in, answers what the SDK asks ``$cbs`` and ``$management``, and keeps the messages
sent to event hubs. Frames are read and written with the SDK's own AMQP codec, so what is judged is
what the messages hold and that they get across, not how AMQP is encoded.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from azure.eventhub._pyamqp import _decode, _encode, performatives
from azure.eventhub._pyamqp import endpoints as _endpoints
from azure.eventhub._pyamqp.message import Message, Properties
from azure.eventhub._pyamqp.outcomes import Accepted

#: Its annotations want every field, and its code does not.
endpoints: Any = _endpoints

_SASL_HEADER = b"AMQP\x03\x01\x00\x00"
_HEADER = b"AMQP\x00\x01\x00\x00"
_SASL_FRAME = b"\x01"
_OPEN, _BEGIN, _ATTACH, _FLOW, _TRANSFER, _DETACH, _END, _CLOSE = 16, 17, 18, 19, 20, 22, 23, 24
_SASL_INIT = 0x41
_SENDER, _RECEIVER = False, True


class AmqpPeer:
    """What has arrived: messages by address, and the addresses that somebody asked access to."""

    def __init__(self) -> None:
        self.port = 0
        self.batches: list[tuple[str, Any]] = []
        self.authorized: set[str] = set()
        self.server: asyncio.Server | None = None

    async def leave(self) -> None:
        """Be gone, for whoever comes from now on."""
        assert self.server is not None
        self.server.close()
        await self.server.wait_closed()

    @property
    def messages(self) -> list[tuple[Any, Any]]:
        """Each message with the batch it came in: a batch holds encoded messages as its data."""
        return [
            (batch, _decode.decode_payload(memoryview(data)))
            for _, batch in self.batches
            for data in batch.data or ()
        ]


@contextlib.asynccontextmanager
async def amqp_peer() -> AsyncIterator[AmqpPeer]:
    """A peer that listens on a free port."""
    peer = AmqpPeer()
    serving = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await _Connection(peer, reader, writer).serve()
        writer.close()

    server = peer.server = await asyncio.start_server(serve, "127.0.0.1", 0)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        async with asyncio.timeout(10):
            await asyncio.gather(*(task for task in serving if task))


class _Connection:
    def __init__(
        self, peer: AmqpPeer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._peer = peer
        self._reader = reader
        self._writer = writer
        self._channel = 0
        self._senders: dict[str, int] = {}  # our handle of the link that answers from an address
        self._addresses: dict[int, str] = {}  # by the handle of a link on which we receive
        self._answers = 0

    async def serve(self) -> None:
        """Until the other side closes."""
        await self._expect(_SASL_HEADER)
        self._send(performatives.SASLMechanism([b"ANONYMOUS"]), _SASL_FRAME)
        code, _ = await self._read()
        assert code == _SASL_INIT
        self._send(performatives.SASLOutcome(0, None), _SASL_FRAME)
        await self._expect(_HEADER)
        while True:
            code, fields = await self._read()
            if code == _CLOSE:
                self._send(performatives.CloseFrame(None))
                return
            self._answer(code, fields)
            await self._writer.drain()

    async def _expect(self, header: bytes) -> None:
        assert await self._reader.readexactly(8) == header
        self._writer.write(header)

    async def _read(self) -> tuple[int, list[Any]]:
        while True:
            head = await self._reader.readexactly(8)
            body = await self._reader.readexactly(int.from_bytes(head[:4], "big") - 8)
            self._channel = int.from_bytes(head[6:], "big")
            if body:
                return _decode.decode_frame(memoryview(body))

    def _send(self, frame: Any, kind: bytes = b"\x00") -> None:
        header, body = _encode.encode_frame(frame, kind)
        self._writer.write(header + self._channel.to_bytes(2, "big") + bytes(body or b""))

    def _answer(self, code: int, fields: list[Any]) -> None:
        if code == _OPEN:
            self._send(performatives.OpenFrame("peer", None, 65536, 255, *[None] * 6))
        elif code == _BEGIN:
            self._send(
                performatives.BeginFrame(self._channel, 0, 65536, 65536, 255, None, None, None)
            )
        elif code == _ATTACH:
            self._attach(fields)
        elif code == _TRANSFER:
            self._receive(fields)
        elif code == _DETACH:
            self._send(performatives.DetachFrame(fields[0], fields[1], None))
        elif code == _END:
            self._send(performatives.EndFrame(None))

    def _attach(self, fields: list[Any]) -> None:
        name, handle, role = fields[0].decode(), fields[1], fields[2]
        source, target = (_address(end) for end in (fields[5], fields[6]))
        if role is _RECEIVER:
            self._senders[source] = handle
        else:
            self._addresses[handle] = target
        self._send(
            performatives.AttachFrame(
                name,
                handle,
                not role,
                *(0, 0),
                endpoints.Source(address=source),
                endpoints.Target(address=target),
                *(None, None, 0, 1024 * 1024, None, None, None),
            )
        )
        if role is _SENDER:
            self._send(performatives.FlowFrame(0, 65536, 0, 65536, handle, 0, 1000, *[None] * 4))

    def _receive(self, fields: list[Any]) -> None:
        handle, number, payload = fields[0], fields[1], fields[-1]
        assert not fields[5], "a message in several frames is more than this peer understands"
        self._send(
            performatives.DispositionFrame(_RECEIVER, number, number, True, Accepted(), False)
        )
        address = self._addresses[handle]
        message: Any = _decode.decode_payload(memoryview(bytes(payload)))
        if address == "$cbs":
            self._peer.authorized.add(message.application_properties[b"name"].decode())
            self._reply(address, message, None)
        elif address == "$management":
            self._reply(
                address, message, {"name": "events", "created_at": 0, "partition_ids": ["0"]}
            )
        else:
            self._peer.batches.append((address, message))

    def _reply(self, address: str, request: Any, body: Any) -> None:
        answer = Message(
            properties=Properties(correlation_id=request.properties.message_id),
            application_properties={"status-code": 200, "status-description": "OK"},
            value=body,
        )
        payload = bytearray()
        _encode.encode_payload(payload, answer)
        self._answers += 1
        tag = self._answers.to_bytes(4, "big")
        self._send(
            performatives.TransferFrame(
                self._senders[address], self._answers, tag, 0, True, False, payload=payload
            )
        )


def _address(end: Any) -> str:
    """The address of a source or target."""
    address = end[0] if end else b""
    return address.decode() if isinstance(address, bytes) else str(address)
