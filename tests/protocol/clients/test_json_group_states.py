"""Group states as JSON clients ask for and are told them. Specification: client-protocols sections
5.2 and 9.4."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients.codec import ClientProtocolError, Frame, FrameKind
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.notices import (
    GroupStateItem,
    GroupStateSnapshot,
    GroupStateUpdate,
    Notice,
)
from webpubsub.protocol.clients.requests import (
    ClientRequest,
    SetGroupState,
    SubscribeGroupState,
    UnsubscribeGroupState,
)
from webpubsub.protocol.clients.simple import SimpleCodec

SET: dict[str, Any] = {"type": "setGroupState", "group": "room", "state": {"status": "on"}}
ACK_IDS: tuple[dict[str, Any], ...] = ({}, {"ackId": None}, {"ackId": 0}, {"ackId": 2**64 - 1})


def feed(message: dict[str, Any] | str) -> ClientRequest:
    """The one request in a message."""
    text = message if isinstance(message, str) else json.dumps(message)
    (request,) = JsonCodec().feed(Frame(FrameKind.TEXT, text.encode()))
    return request


@pytest.mark.parametrize("ack", ACK_IDS)
@pytest.mark.parametrize(
    ("message", "state"),
    [
        (SET, {"status": "on"}),
        (SET | {"type": "SETGROUPSTATE"}, {"status": "on"}),
        (SET | {"state": {}}, {}),
        (SET | {"state": {"a b": "é\u0000"}}, {"a b": "é\u0000"}),
        (SET | {"state": None}, None),
        ({"type": "setGroupState", "group": "room"}, None),
        (SET | {"unknown": 1}, {"status": "on"}),
    ],
)
def test_set(message: dict[str, Any], state: dict[str, str] | None, ack: dict[str, Any]) -> None:
    """Without a state it clears; an empty state is one."""
    assert feed(message | ack) == SetGroupState(group="room", state=state, ack_id=ack.get("ackId"))


@pytest.mark.parametrize("ack", ACK_IDS)
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("subscribeGroupState", SubscribeGroupState),
        ("unsubscribeGroupState", UnsubscribeGroupState),
        ("unsubscribegroupstate", UnsubscribeGroupState),
    ],
)
def test_subscriptions(name: str, kind: type, ack: dict[str, Any]) -> None:
    """They have a group and nothing else."""
    request = feed({"type": name, "group": "room"} | ack)
    assert request == kind(group="room", ack_id=ack.get("ackId"))


def test_the_last_of_two_counts() -> None:
    """As everywhere but in metadata, whatever the first one was."""
    request = feed('{"type":"setGroupState","group":"g","state":1,"state":{"a":"1","a":"2"}}')
    assert request == SetGroupState(group="g", state={"a": "2"})


@given(
    st.text(min_size=1, max_size=20).filter(str.strip),
    st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=20), max_size=5),
)
def test_texts_come_back(group: str, state: dict[str, str]) -> None:
    """Whatever the texts hold: what a client sets is what the others read."""
    assert feed(SET | {"group": group, "state": state}) == SetGroupState(group=group, state=state)
    item = GroupStateItem(connection_id="c", user_id=group, state=state, updated_at=1)
    (frame,) = JsonCodec().encode_notice(GroupStateUpdate(group=group, items=(item,)))
    expected = {"connectionId": "c", "userId": group, "state": state, "updatedAt": 1}
    read = json.loads(frame.payload)
    assert read == {"type": "groupStateUpdate", "group": group, "items": [expected]}


@pytest.mark.parametrize(
    "message",
    [
        {"type": "setGroupState", "state": {}},
        SET | {"group": " "},
        SET | {"group": None},
        SET | {"group": "g" * 1025},
        SET | {"ackId": -1},
        SET | {"ackId": 1.0},
        SET | {"ackId": 2**64},
        SET | {"state": []},
        SET | {"state": "on"},
        SET | {"state": 1},
        SET | {"state": {"a": 1}},
        SET | {"state": {"a": None}},
        SET | {"state": {"a": {}}},
        SET | {"state": {"": "x"}},
        SET | {"state": {"k" * 257: "x"}},
        SET | {"state": {"a": "v" * 1025}},
        SET | {"state": {f"{number}": "" for number in range(101)}},
        SET | {"state": {f"{number}": "v" * 1024 for number in range(8)}},
        '{"type":"setGroupState","group":"g","state":{"a":"\\ud800"}}',
        {"type": "subscribeGroupState"},
        {"type": "subscribeGroupState", "group": ""},
        {"type": "subscribeGroupState", "group": "g", "ackId": "1"},
        {"type": "unsubscribeGroupState"},
        {"type": "unsubscribeGroupState", "group": ""},
        {"type": "clearGroupState", "group": "g"},
    ],
)
def test_what_is_no_request(message: dict[str, Any] | str) -> None:
    """Everything else ends the connection with 1007."""
    with pytest.raises(ClientProtocolError) as caught:
        feed(message)
    assert caught.value.refusal.kind.close_code == 1007


ALICE = GroupStateItem(connection_id="1", user_id="alice", state={"status": "on"}, updated_at=17)
NOBODY = GroupStateItem(connection_id="2", updated_at=18)

VECTORS: list[tuple[Notice, str]] = [
    (
        GroupStateSnapshot(group="room", items=(ALICE,)),
        (
            '{"type":"groupStateSnapshot","group":"room","items":[{"connectionId":"1",'
            '"userId":"alice","state":{"status":"on"},"updatedAt":17}]}'
        ),
    ),
    (
        GroupStateSnapshot(group="room", items=()),
        '{"type":"groupStateSnapshot","group":"room","items":[]}',
    ),
    (
        GroupStateUpdate(group='"', items=(NOBODY, ALICE)),
        (
            '{"type":"groupStateUpdate","group":"\\"","items":[{"connectionId":"2",'
            '"updatedAt":18},{"connectionId":"1","userId":"alice","state":{"status":"on"},'
            '"updatedAt":17}]}'
        ),
    ),
]


@pytest.mark.parametrize(("notice", "text"), VECTORS)
def test_notices(notice: Notice, text: str) -> None:
    """Each is one text message, without what is absent; simple clients get none."""
    assert JsonCodec().encode_notice(notice) == (Frame(FrameKind.TEXT, text.encode()),)
    assert SimpleCodec().encode_notice(notice) == ()


def test_an_empty_state_is_not_a_cleared_one() -> None:
    """It is there."""
    item = GroupStateItem(connection_id="1", state={}, updated_at=1)
    (frame,) = JsonCodec().encode_notice(GroupStateUpdate(group="g", items=(item,)))
    assert json.loads(frame.payload)["items"] == [
        {"connectionId": "1", "state": {}, "updatedAt": 1}
    ]
