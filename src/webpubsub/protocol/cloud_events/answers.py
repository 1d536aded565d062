"""What a webhook answers, as the outcome of its event.

The status alone says whether the event succeeded, and an answer of success that cannot be read
fails it all the same, because the client waits for what the application meant. Specification:
upstream-events sections 7, 9, 10 and 11.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from webpubsub.protocol.cloud_events import wire
from webpubsub.protocol.cloud_events.wire import Headers, WebhookAnswer, last_value, media_type
from webpubsub.protocol.events import (
    ConnectedEventRequest,
    ConnectEventRequest,
    DisconnectedEventRequest,
    UserEventRequest,
)
from webpubsub.protocol.group_presence import GroupPresenceEventRequest, ServiceEvent
from webpubsub.protocol.message_metadata import metadata_problem
from webpubsub.protocol.messages import DATA_TYPES, DataType, Message
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    Notified,
    UserEventAccepted,
)
from webpubsub.protocol.refusals import Refused
from webpubsub.protocol.refusals import webhooks as kinds

_UTF_8 = "utf-8"

_Success: TypeAlias = ConnectAccepted | UserEventAccepted | Notified


class _Overrides(msgspec.Struct):
    """The members of an answer to connect, whose names are compared in lower case."""

    userid: str | None = None
    roles: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    subprotocol: str | None = None


def outcome_of(event: ServiceEvent, answer: WebhookAnswer) -> _Success:
    """The outcome that an answer is for this event.

    Raises Refused, with the HTTP status that a client which wants to connect is turned away with.
    """
    if not answer.succeeded:
        kind = msgspec.structs.replace(kinds.STATUS, http_status=answer.status)
        raise Refused(kind.refuse(f"status {answer.status}"))
    return _OUTCOMES[type(event)](answer)


def _connect_outcome(answer: WebhookAnswer) -> ConnectAccepted:
    overrides = _overrides(answer.body)
    return ConnectAccepted(
        user_id=overrides.userid,
        roles=overrides.roles,
        groups=overrides.groups,
        subprotocol=overrides.subprotocol,
        connection_state=last_value(answer.headers, wire.CONNECTION_STATE),
    )


def _overrides(body: bytes) -> _Overrides:
    if not body:
        return _Overrides()
    try:
        members = msgspec.json.decode(body, type=dict[str, Any] | None) or {}
        folded = {name.lower(): value for name, value in members.items()}
        return msgspec.convert(folded, _Overrides)
    except (ValueError, RecursionError) as error:
        seen = f"a body of {len(body)} bytes: {error}"
        raise Refused(kinds.CONNECT_ANSWER_INVALID.refuse(seen)) from None


def _user_outcome(answer: WebhookAnswer) -> UserEventAccepted:
    state = last_value(answer.headers, wire.CONNECTION_STATE)
    if answer.status == 204:
        return UserEventAccepted(connection_state=state)
    metadata = _metadata(answer.headers)
    if not answer.body:
        reply = Message(DataType.TEXT, b"", metadata) if metadata else None
        return UserEventAccepted(reply=reply, connection_state=state)
    content_type = last_value(answer.headers, wire.CONTENT_TYPE)
    reply = _message(content_type, answer.body, metadata)
    return UserEventAccepted(reply=reply, connection_state=state)


def _message(content_type: str | None, body: bytes, metadata: Mapping[str, str] | None) -> Message:
    if not content_type:
        return Message(DataType.BINARY, body, metadata)
    data_type = DATA_TYPES.get(media_type(content_type))
    if data_type is None:
        seen = f"'{content_type[:100]}' with {len(body)} bytes"
        raise Refused(kinds.CONTENT_TYPE_UNKNOWN.refuse(seen))
    try:
        data = _CHECKS[data_type](content_type, body)
    except (ValueError, LookupError, RecursionError) as error:
        raise Refused(kinds.REPLY_INVALID.refuse(f"'{content_type[:100]}': {error}")) from None
    return Message(data_type, data, metadata)


def _checked_text(content_type: str, body: bytes) -> bytes:
    charset = _charset(content_type)
    text = body.decode(charset)
    return body if charset == _UTF_8 else text.encode()


def _checked_json(_: str, body: bytes) -> bytes:
    body.decode()
    # Clients get the text as it is within their own JSON, so it must not break that.
    msgspec.json.decode(body, type=msgspec.Raw)
    return body


def _unchecked(_: str, body: bytes) -> bytes:
    return body


_CHECKS: Mapping[DataType, Callable[[str, bytes], bytes]] = {
    DataType.TEXT: _checked_text,
    DataType.JSON: _checked_json,
    DataType.BINARY: _unchecked,
    DataType.PROTOBUF: _unchecked,
}


def _charset(content_type: str) -> str:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower() or _UTF_8
    return _UTF_8


def _metadata(headers: Headers) -> dict[str, str] | None:
    """Of several values of a key, be they headers or parts between commas, the last one counts."""
    metadata: dict[str, str] = {}
    for name, value in headers:
        lowered = name.lower()
        key = lowered.removeprefix(wire.METADATA_PREFIX)
        if key and key != lowered:
            metadata[key] = value.rpartition(",")[2].strip()
    problem = metadata_problem(metadata)
    if problem is not None:
        raise Refused(kinds.METADATA_INVALID.refuse(problem))
    return metadata or None


def _notified(_: WebhookAnswer) -> Notified:
    return Notified()


_OUTCOMES: Mapping[type[ServiceEvent], Callable[[WebhookAnswer], _Success]] = {
    ConnectEventRequest: _connect_outcome,
    ConnectedEventRequest: _notified,
    DisconnectedEventRequest: _notified,
    GroupPresenceEventRequest: _notified,
    UserEventRequest: _user_outcome,
}
