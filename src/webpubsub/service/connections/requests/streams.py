"""Publishing streams. Specification: client-protocols section 9.3."""

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import AckError
from webpubsub.protocol.streams import StreamRequest
from webpubsub.service.connections.client import Client
from webpubsub.service.connections.requests.handlers import Handlers
from webpubsub.service.connections.streams import Streams


def streams_of(client: Client) -> Streams:
    """The streams of a client. What there is to keep is kept by the session."""
    return Streams(client.session, client.hub, client.sweeper, client.clock)


def _start(client: Client, request: requests.StartStream) -> None:
    if not client.is_new(request.ack_id):
        return
    error = streams_of(client).start(request)
    if error is None:
        client.succeed(request.ack_id)
    else:
        client.acknowledge(request.ack_id, AckError(error.name, error.message))


def _take(client: Client, request: StreamRequest) -> None:
    streams_of(client).take(request)


STREAMS: Handlers = {
    requests.StartStream: _start,
    requests.StreamFragment: _take,
    requests.KeepStreamAlive: _take,
    requests.EndStream: _take,
}
