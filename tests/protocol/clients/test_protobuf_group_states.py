"""Group states as protobuf clients ask for and are told them. Specification: client-protocols
sections 8.1 and 9.4."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.codec import ClientProtocolError, Frame, FrameKind
from webpubsub.protocol.clients.notices import (
    GroupStateItem,
    GroupStateSnapshot,
    GroupStateUpdate,
    Notice,
)
from webpubsub.protocol.clients.protobuf import ProtobufCodec
from webpubsub.protocol.clients.requests import (
    ClientRequest,
    SetGroupState,
    SubscribeGroupState,
    UnsubscribeGroupState,
)

ACK_IDS: tuple[dict[str, int], ...] = ({}, {"ack_id": 0}, {"ack_id": 2**64 - 1})


def feed(**message: Any) -> ClientRequest:
    """The one request in a message."""
    return feed_bytes(wire.UpstreamMessage(**message).SerializeToString())


def feed_bytes(payload: bytes) -> ClientRequest:
    (request,) = ProtobufCodec().feed(Frame(FrameKind.BINARY, payload))
    return request


@pytest.mark.parametrize("ack", ACK_IDS)
@pytest.mark.parametrize(
    ("members", "state"),
    [
        ({"state": {"entries": {"status": "on"}}}, {"status": "on"}),
        ({"state": {"entries": {"a b": "é"}}}, {"a b": "é"}),
        ({"state": {}}, {}),
        ({}, None),
    ],
)
def test_set(members: dict[str, Any], state: dict[str, str] | None, ack: dict[str, int]) -> None:
    """Without a state it clears; an empty state is one."""
    request = feed(set_group_state_message={"group": "room"} | members | ack)
    assert request == SetGroupState(group="room", state=state, ack_id=ack.get("ack_id"))


@pytest.mark.parametrize("ack", ACK_IDS)
@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("subscribe_group_state_message", SubscribeGroupState),
        ("unsubscribe_group_state_message", UnsubscribeGroupState),
    ],
)
def test_subscriptions(field: str, kind: type, ack: dict[str, int]) -> None:
    """They have a group and nothing else."""
    request = feed(**{field: {"group": "room"} | ack})
    assert request == kind(group="room", ack_id=ack.get("ack_id"))


@pytest.mark.parametrize(
    ("data", "request_"),
    [
        ("7a 03 0a 01 67", SetGroupState(group="g")),
        ("7a 05 0a 01 67 1a 00", SetGroupState(group="g", state={})),
        (
            "7a 0f 0a 01 67 10 00 1a 08 0a 06 0a 01 61 12 01 62",
            SetGroupState(group="g", state={"a": "b"}, ack_id=0),
        ),
        ("82 01 05 0a 01 67 10 02", SubscribeGroupState(group="g", ack_id=2)),
        ("8a 01 03 0a 01 67", UnsubscribeGroupState(group="g")),
    ],
)
def test_numbers_of_fields(data: str, request_: ClientRequest) -> None:
    """The published numbers, byte by byte."""
    assert feed_bytes(bytes.fromhex(data)) == request_


@given(
    st.text(min_size=1, max_size=20).filter(str.strip),
    st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=20), max_size=5),
)
def test_texts_come_back(group: str, state: dict[str, str]) -> None:
    """Whatever the texts hold: what a client sets is what the others read."""
    request = feed(set_group_state_message={"group": group, "state": {"entries": state}})
    assert request == SetGroupState(group=group, state=state)
    item = GroupStateItem(connection_id="c", user_id=group, state=state, updated_at=1)
    (frame,) = ProtobufCodec().encode_notice(GroupStateUpdate(group=group, items=(item,)))
    read = wire.DownstreamMessage.FromString(frame.payload).group_state_update_message
    assert read.group == group
    (shown,) = read.items
    assert (shown.connection_id, shown.user_id, shown.updated_at) == ("c", group, 1)
    assert dict(shown.state.entries) == state


@pytest.mark.parametrize(
    "message",
    [
        {"set_group_state_message": {}},
        {"set_group_state_message": {"group": " "}},
        {"set_group_state_message": {"group": "g" * 1025}},
        {"set_group_state_message": {"group": "g", "state": {"entries": {"": "x"}}}},
        {"set_group_state_message": {"group": "g", "state": {"entries": {"k" * 257: "x"}}}},
        {"set_group_state_message": {"group": "g", "state": {"entries": {"a": "v" * 1025}}}},
        {
            "set_group_state_message": {
                "group": "g",
                "state": {"entries": {f"{number}": "" for number in range(101)}},
            }
        },
        {
            "set_group_state_message": {
                "group": "g",
                "state": {"entries": {f"{number}": "v" * 1024 for number in range(8)}},
            }
        },
        {"subscribe_group_state_message": {}},
        {"subscribe_group_state_message": {"group": " "}},
        {"unsubscribe_group_state_message": {}},
        {"unsubscribe_group_state_message": {"group": " "}},
    ],
)
def test_what_is_no_request(message: dict[str, Any]) -> None:
    """Everything else ends the connection with 1007."""
    with pytest.raises(ClientProtocolError) as caught:
        feed(**message)
    assert caught.value.refusal.kind.close_code == 1007


ALICE = GroupStateItem(connection_id="1", user_id="alice", state={"status": "on"}, updated_at=17)
NOBODY = GroupStateItem(connection_id="2", updated_at=18)
EMPTY = GroupStateItem(connection_id="3", state={}, updated_at=19)

VECTORS: list[tuple[Notice, wire.DownstreamMessage]] = [
    (
        GroupStateSnapshot(group="room", items=(ALICE, EMPTY)),
        wire.DownstreamMessage(
            group_state_snapshot_message=wire.GroupStateMessage(
                group="room",
                items=[
                    wire.GroupStateItem(
                        connection_id="1",
                        user_id="alice",
                        state=wire.GroupState(entries={"status": "on"}),
                        updated_at=17,
                    ),
                    wire.GroupStateItem(connection_id="3", state=wire.GroupState(), updated_at=19),
                ],
            )
        ),
    ),
    (
        GroupStateUpdate(group="room", items=(NOBODY,)),
        wire.DownstreamMessage(
            group_state_update_message=wire.GroupStateMessage(
                group="room", items=[wire.GroupStateItem(connection_id="2", updated_at=18)]
            )
        ),
    ),
]


@pytest.mark.parametrize(("notice", "expected"), VECTORS)
def test_notices(notice: Notice, expected: wire.DownstreamMessage) -> None:
    """Each is one binary message without a sequence id; what is absent is not on the wire."""
    (frame,) = ProtobufCodec().encode_notice(notice)
    assert frame.kind is FrameKind.BINARY
    assert wire.DownstreamMessage.FromString(frame.payload) == expected


def test_the_bytes_of_an_update() -> None:
    """The published numbers, byte by byte: 9 for updates, 10 for snapshots."""
    (frame,) = ProtobufCodec().encode_notice(GroupStateUpdate(group="g", items=(NOBODY,)))
    assert frame.payload == bytes.fromhex("4a 0a 0a 01 67 12 05 0a 01 32 20 12")
    (frame,) = ProtobufCodec().encode_notice(GroupStateSnapshot(group="g", items=()))
    assert frame.payload == bytes.fromhex("52 03 0a 01 67")
