"""What keeps a connection going: pings, and acks of what was received. Specification:
client-protocols sections 5.9 and 7.3.
"""

from webpubsub.protocol.clients import requests
from webpubsub.service.connections.client import Client
from webpubsub.service.connections.requests.handlers import Handlers
from webpubsub.service.websockets.frames import wire_bytes


def _ping(client: Client, _request: requests.Ping) -> None:
    client.outbox.append(wire_bytes(client.codec.encode_pong()))


def _acknowledge_sequence(client: Client, request: requests.SequenceAck) -> None:
    """The client has everything up to here; harmless from one that is not reliable."""
    if client.session.buffer is not None:
        client.session.buffer.acknowledge(request.sequence_id)


UPKEEP: Handlers = {
    requests.Ping: _ping,
    requests.SequenceAck: _acknowledge_sequence,
}
