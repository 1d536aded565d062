"""Invocations as JSON clients ask for them. Specification: client-protocols section 9.2."""

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.json_payloads import (
    NO_DATA,
    Payload,
    Wanted,
    data_type,
    read_data,
    read_metadata,
)
from webpubsub.protocol.clients.request_fields import client_id, event_name
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import DataType, Message

_EVENT = "event"


class Invoke(Payload, kw_only=True, tag="invoke"):
    """An ``invoke``."""

    invocationId: str  # noqa: N815
    target: str
    event: str = ""


class CancelInvocation(Wanted, kw_only=True, tag="cancelInvocation"):
    """A ``cancelInvocation``."""

    invocationId: str  # noqa: N815


def read_invoke(wanted: Invoke) -> ClientRequest:
    """Raises InvalidRequest."""
    return requests.Invoke(
        invocation_id=client_id(wanted.invocationId),
        target=wanted.target,
        event=event_name(wanted.event) if wanted.target == _EVENT else "",
        message=_message(wanted),
    )


def read_cancel(wanted: CancelInvocation) -> ClientRequest:
    """Raises InvalidRequest."""
    return requests.CancelInvocation(invocation_id=client_id(wanted.invocationId))


def _message(wanted: Payload) -> Message:
    """Unlike an event, an invocation may come without data."""
    metadata = read_metadata(wanted.metadata)
    if wanted.data is not NO_DATA:
        return read_data(wanted.dataType, wanted.data, metadata)
    data_type(wanted.dataType)
    return Message(DataType.TEXT, b"", metadata)
