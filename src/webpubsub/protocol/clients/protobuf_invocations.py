"""Invocations as protobuf clients ask for them. Specification: client-protocols sections 8.1 and
9.2."""

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.protobuf_payloads import read_data, read_metadata
from webpubsub.protocol.clients.protobuf_streams import refuse_stream
from webpubsub.protocol.clients.request_fields import client_id, event_name
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import DataType, Message


def read_invoke(wanted: wire.InvokeEventMessage) -> ClientRequest:
    """An ``invoke_event_message``. Raises InvalidRequest."""
    refuse_stream(wanted)
    metadata = read_metadata(wanted.metadata)
    return requests.Invoke(
        invocation_id=client_id(wanted.invocation_id),
        event=event_name(wanted.event),
        message=read_data(wanted.data, metadata) or Message(DataType.TEXT, b"", metadata),
    )


def read_cancel(wanted: wire.CancelInvocationMessage) -> ClientRequest:
    """A ``cancel_invocation_message``. Raises InvalidRequest."""
    return requests.CancelInvocation(invocation_id=client_id(wanted.invocation_id))
