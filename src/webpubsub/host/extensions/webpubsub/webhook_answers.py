"""An answer as a service elsewhere takes it: status, headers and body.

The content types have no charset but for texts of errors, and the states of the connection come
back even when the function gave none, as from the official extension. Specification: bindings
sections 5.2 to 5.7.
"""

from typing import Any

import msgspec

from webpubsub.host.extensions.webpubsub.answers import (
    Answer,
    Awaiting,
    ConnectAnswer,
    FailedAnswer,
    UserAnswer,
)
from webpubsub.host.extensions.webpubsub.states import merged_states
from webpubsub.protocol.cloud_events import wire
from webpubsub.protocol.cloud_events.wire import WebhookAnswer
from webpubsub.protocol.events import ConnectEventRequest
from webpubsub.protocol.messages import CONTENT_TYPES

EMPTY = WebhookAnswer(status=200)

_JSON = "application/json"
_TEXT = "text/plain; charset=utf-8"
_MQTT = "mqtt"
#: A function that failed tells its caller nothing; the log has the details.
_FAILED = "The function failed."


def webhook_answer_of(event: Awaiting, answer: Answer) -> WebhookAnswer:
    """What the service is answered."""
    if isinstance(answer, ConnectAnswer):
        members = _connect_members(event, answer)
        return _success(event, answer, _JSON, msgspec.json.encode(members))
    if isinstance(answer, UserAnswer):
        message = answer.message
        return _success(event, answer, CONTENT_TYPES[message.data_type], message.data)
    if isinstance(answer, FailedAnswer):
        if answer.mqtt is not None:
            return _answer(answer.status, _JSON, answer.mqtt)
        return text_answer(answer.status, _FAILED if answer.internal else answer.message)
    return EMPTY


def text_answer(status: int, text: str) -> WebhookAnswer:
    """An answer that says something to people."""
    return _answer(status, _TEXT, text.encode(errors="replace"))


def _connect_members(event: Awaiting, answer: ConnectAnswer) -> dict[str, Any]:
    """All of them are always there, in this order."""
    members: dict[str, Any] = {
        "userId": answer.user_id,
        "groups": answer.groups,
        "subprotocol": answer.subprotocol,
        "roles": answer.roles,
    }
    if not isinstance(event, ConnectEventRequest) or event.mqtt is None:
        return members
    members["subprotocol"] = answer.subprotocol or _MQTT
    return {"mqtt": {"userProperties": answer.user_properties}, **members}


def _success(
    event: Awaiting, answer: ConnectAnswer | UserAnswer, content_type: str, body: bytes
) -> WebhookAnswer:
    headers = [(wire.CONTENT_TYPE, content_type)]
    states = merged_states(event.connection_context, answer.states or {})
    if states is not None:
        headers.append((wire.CONNECTION_STATE, states))
    return WebhookAnswer(status=200, headers=headers, body=body)


def _answer(status: int, content_type: str, body: bytes) -> WebhookAnswer:
    return WebhookAnswer(status=status, headers=[(wire.CONTENT_TYPE, content_type)], body=body)
