"""What webhooks answer.

Specification: client-protocols sections 1.5 and 5.4, upstream-events sections 7, 9, 11.2 and 19.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.cloud_events.samples import CONNECT, CONNECTED, DISCONNECTED, HELLO
from webpubsub.protocol.cloud_events.answers import outcome_of
from webpubsub.protocol.cloud_events.wire import WebhookAnswer
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventOutcome,
    Notified,
    UserEventAccepted,
)
from webpubsub.protocol.refusals import Refused

EVENTS = [CONNECT, CONNECTED, DISCONNECTED, HELLO]
TEXT_TYPE = [("Content-Type", "text/plain")]
JSON_TYPE = [("Content-Type", "application/json")]


def refusal_code(event: AnyEventRequest, answer: WebhookAnswer) -> str:
    """The code by which an answer is refused."""
    with pytest.raises(Refused) as refused:
        outcome_of(event, answer)
    return refused.value.refusal.kind.code


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.connection_context.event_name)
@pytest.mark.parametrize("status", [300, 301, 307, 400, 401, 403, 404, 429, 500, 503, 599])
def test_failures(event: AnyEventRequest, status: int) -> None:
    """Every status but 2xx fails the event, and is what the client is turned away with."""
    with pytest.raises(Refused) as refused:
        outcome_of(event, WebhookAnswer(status=status, headers=TEXT_TYPE, body=b"secret"))
    refusal = refused.value.refusal
    assert (refusal.kind.code, refusal.kind.http_status) == ("webhook.answer.status", status)
    assert refusal.wire_message == ""
    assert "secret" not in refusal.describe()


@pytest.mark.parametrize("event", [CONNECTED, DISCONNECTED])
@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_notifications(event: AnyEventRequest, status: int) -> None:
    """Any success will do, and nothing of it is read."""
    answer = WebhookAnswer(
        status=status, headers=[("ce-connectionState", "x"), ("Content-Type", "?")], body=b"\xff"
    )
    assert outcome_of(event, answer) == Notified()


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", ConnectAccepted()),
        (b"null", ConnectAccepted()),
        (b"{}", ConnectAccepted()),
        (b'{"userId":"bob"}', ConnectAccepted(user_id="bob")),
        (b'{"userId":""}', ConnectAccepted(user_id="")),
        (b'{"userId":null}', ConnectAccepted()),
        (b'{"USERID":"bob","Roles":["r"]}', ConnectAccepted(user_id="bob", roles=("r",))),
        (b'{"roles":[]}', ConnectAccepted(roles=())),
        (b'{"roles":null}', ConnectAccepted()),
        (b'{"groups":["a","b"]}', ConnectAccepted(groups=("a", "b"))),
        (b'{"groups":[]}', ConnectAccepted(groups=())),
        (b'{"subprotocol":"x"}', ConnectAccepted(subprotocol="x")),
        (b'{"subprotocol":""}', ConnectAccepted(subprotocol="")),
        (b'{"other":{"a":[1]}, "userId":"bob"}', ConnectAccepted(user_id="bob")),
    ],
)
@pytest.mark.parametrize("headers", [[], JSON_TYPE, [("Content-Type", "image/png")]])
def test_connect(body: bytes, outcome: EventOutcome, headers: list[tuple[str, str]]) -> None:
    """Overrides are read whatever the Content-Type, in any letter case of their names."""
    assert outcome_of(CONNECT, WebhookAnswer(status=200, headers=headers, body=body)) == outcome


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"[]",
        b"1",
        b'"ok"',
        b"true",
        b'{"userId":1}',
        b'{"userId":["a"]}',
        b'{"roles":"r"}',
        b'{"roles":[null]}',
        b'{"roles":[1]}',
        b'{"groups":[null]}',
        b'{"groups":{"a":1}}',
        b'{"subprotocol":2}',
        b'{"userId":"\xff"}',
        b"[" * 100_000,
    ],
)
def test_connect_that_cannot_be_read(body: bytes) -> None:
    """What is not the object it should be fails the handshake instead of being guessed at."""
    assert refusal_code(CONNECT, WebhookAnswer(status=200, body=body)) == "webhook.answer.connect"


@pytest.mark.parametrize("event", [CONNECT, HELLO])
@pytest.mark.parametrize("status", [200, 204])
@pytest.mark.parametrize(
    ("headers", "state"),
    [
        ([], None),
        ([("ce-connectionState", "abc")], "abc"),
        ([("CE-CONNECTIONSTATE", "")], ""),
        ([("ce-connectionState", "a"), ("ce-connectionstate", "b")], "b"),
    ],
)
def test_connection_state(
    event: AnyEventRequest, status: int, headers: list[tuple[str, str]], state: str | None
) -> None:
    """The last value wins, an empty one is a value, and no header leaves the state."""
    outcome = outcome_of(event, WebhookAnswer(status=status, headers=headers))
    assert isinstance(outcome, ConnectAccepted | UserEventAccepted)
    assert outcome.connection_state == state


@pytest.mark.parametrize(
    ("content_type", "body", "reply"),
    [
        ("text/plain", b"hi", Message(DataType.TEXT, b"hi")),
        ("Text/Plain; charset=utf-8", "é".encode(), Message(DataType.TEXT, "é".encode())),
        ("text/plain; charset=iso-8859-1", b"\xe9", Message(DataType.TEXT, "é".encode())),
        ('text/plain; format=flowed; CHARSET="UTF-8"', b"hi", Message(DataType.TEXT, b"hi")),
        ("text/plain; charset=", b"hi", Message(DataType.TEXT, b"hi")),
        ("application/json", b'{ "a": 1 }', Message(DataType.JSON, b'{ "a": 1 }')),
        ("application/json; charset=utf-8", b"1", Message(DataType.JSON, b"1")),
        ("application/octet-stream", b"\xff", Message(DataType.BINARY, b"\xff")),
        ("application/x-protobuf", b"\x0a", Message(DataType.PROTOBUF, b"\x0a")),
        (None, b"hi", Message(DataType.BINARY, b"hi")),
        ("", b"hi", Message(DataType.BINARY, b"hi")),
        ("text/plain", b"", None),
        ("image/png", b"", None),
        (None, b"", None),
    ],
)
def test_replies(content_type: str | None, body: bytes, reply: Message | None) -> None:
    """The Content-Type says what the body is, and nothing at all is no reply."""
    headers = [] if content_type is None else [("Content-Type", content_type)]
    answer = WebhookAnswer(status=200, headers=headers, body=body)
    assert outcome_of(HELLO, answer) == UserEventAccepted(reply=reply)


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("image/png", b"x", "webhook.answer.content-type"),
        ("text/html", b"x", "webhook.answer.content-type"),
        ("application/problem+json", b"{}", "webhook.answer.content-type"),
        ("text/plain", b"\xff", "webhook.answer.body"),
        ("text/plain; charset=klingon", b"x", "webhook.answer.body"),
        ("text/plain; charset=hex", b"00", "webhook.answer.body"),
        ("text/plain; charset=\x00", b"00", "webhook.answer.body"),
        ("application/json", b"{", "webhook.answer.body"),
        ("application/json", b'"\xff"', "webhook.answer.body"),
        ("application/json", b"[" * 100_000, "webhook.answer.body"),
    ],
)
def test_replies_that_cannot_be_read(content_type: str, body: bytes, code: str) -> None:
    """A reply that a client could not be given fails the event."""
    headers = [("Content-Type", content_type)]
    assert refusal_code(HELLO, WebhookAnswer(status=200, headers=headers, body=body)) == code


@pytest.mark.parametrize(
    ("headers", "metadata"),
    [
        ([("X-WebPubSub-Metadata-Key", "v")], {"key": "v"}),
        ([("x-webpubsub-metadata-a", "1"), ("X-WEBPUBSUB-METADATA-A", "2")], {"a": "2"}),
        ([("x-webpubsub-metadata-a", "1, 2 ,  3 ")], {"a": "3"}),
        ([("x-webpubsub-metadata-a", "")], {"a": ""}),
        ([("x-webpubsub-metadata-", "v")], None),
        ([("x-webpubsub-meta", "v")], None),
    ],
)
def test_metadata(headers: list[tuple[str, str]], metadata: dict[str, str] | None) -> None:
    """Keys are in lower case, the last value counts, and metadata alone makes an empty text."""
    with_body = WebhookAnswer(status=200, headers=[*headers, *TEXT_TYPE], body=b"hi")
    reply = Message(DataType.TEXT, b"hi", metadata)
    assert outcome_of(HELLO, with_body) == UserEventAccepted(reply=reply)
    alone = Message(DataType.TEXT, b"", metadata) if metadata else None
    answer = WebhookAnswer(status=200, headers=headers)
    assert outcome_of(HELLO, answer) == UserEventAccepted(reply=alone)
    answer = WebhookAnswer(status=204, headers=headers)
    assert outcome_of(HELLO, answer) == UserEventAccepted()


@pytest.mark.parametrize(
    ("key", "value"), [("a", "é"), ("a", "x" * 1025), ("a b", "x"), ("k" * 257, "x")]
)
def test_metadata_that_is_invalid(key: str, value: str) -> None:
    """Metadata beyond its limits fails the event, and is of no interest to connect."""
    answer = WebhookAnswer(status=200, headers=[("X-WebPubSub-Metadata-" + key, value)])
    assert refusal_code(HELLO, answer) == "webhook.answer.metadata"
    assert outcome_of(CONNECT, answer) == ConnectAccepted()


@given(
    st.sampled_from(EVENTS),
    st.integers(100, 599),
    st.lists(
        st.tuples(
            st.sampled_from(["Content-Type", "ce-connectionState", "x-webpubsub-metadata-a"]),
            st.text() | st.sampled_from(["text/plain", "application/json"]),
        )
    ),
    st.binary(),
)
def test_any_answer_is_an_outcome_or_refused(
    event: AnyEventRequest, status: int, headers: list[tuple[str, str]], body: bytes
) -> None:
    """Whatever a webhook answers, the event has an outcome or a reason."""
    answer = WebhookAnswer(status=status, headers=headers, body=body)
    try:
        outcome: EventOutcome | None = outcome_of(event, answer)
    except Refused:
        outcome = None
    assert outcome is None or 200 <= status < 300
