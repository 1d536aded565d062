"""Invocations as JSON clients ask for them. Specification: client-protocols section 9.2."""

import msgspec

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.json_payloads import Payload, data_type, read_data, read_metadata
from webpubsub.protocol.clients.request_fields import client_id, event_name
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import DataType, Message

_EVENT = "event"


class _Invoke(Payload, kw_only=True):
    invocationId: str  # noqa: N815
    target: str
    event: str = ""


class _Cancel(msgspec.Struct):
    invocationId: str  # noqa: N815


_INVOKE = msgspec.json.Decoder(_Invoke)
_CANCEL = msgspec.json.Decoder(_Cancel)


def read_invoke(payload: bytes, _ack_id: int | None) -> ClientRequest:
    """An ``invoke``. Raises InvalidRequest."""
    wanted = _INVOKE.decode(payload)
    return requests.Invoke(
        invocation_id=client_id(wanted.invocationId),
        target=wanted.target,
        event=event_name(wanted.event) if wanted.target == _EVENT else "",
        message=_message(wanted),
    )


def read_cancel(payload: bytes, _ack_id: int | None) -> ClientRequest:
    """A ``cancelInvocation``. Raises InvalidRequest."""
    return requests.CancelInvocation(invocation_id=client_id(_CANCEL.decode(payload).invocationId))


def _message(wanted: Payload) -> Message:
    """Unlike an event, an invocation may come without data."""
    metadata = read_metadata(wanted.metadata)
    data = bytes(wanted.data)
    if data:
        return read_data(wanted.dataType, data, metadata)
    data_type(wanted.dataType)
    return Message(DataType.TEXT, b"", metadata)
