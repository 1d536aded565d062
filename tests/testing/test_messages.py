"""What a client has received, and whether it is what a test expects."""

from typing import Any

import pytest

from webpubsub.testing.messages import Expectation, Message, member_name, shown

TEXT = {"type": "message", "from": "server", "dataType": "text", "data": "hi"}
JSON = {
    "type": "message",
    "from": "group",
    "group": "room",
    "fromUserId": "bob",
    "dataType": "json",
    "data": {"a": [1]},
}
BINARY = {"type": "message", "dataType": "binary", "data": b"\x00\xff"}
ACK = {"type": "ack", "ackId": 3, "success": True}


@pytest.mark.parametrize(
    ("fields", "wanted", "members", "fits"),
    [
        (TEXT, ["hi"], {}, True),
        (TEXT, ["ho"], {}, False),
        (TEXT, [], {}, True),
        (TEXT, [], {"from_": "server"}, True),
        (TEXT, ["hi"], {"group": "room"}, False),
        (TEXT, [lambda message: message.text.startswith("h")], {}, True),
        (TEXT, [lambda message: message.group], {}, False),
        (TEXT, [{"a": 1}], {}, False),
        ({**TEXT, "data": '{"a": 1}'}, [{"a": 1}], {}, True),
        (JSON, [{"a": [1]}], {"group": "room", "from_user_id": "bob"}, True),
        (JSON, [{"a": [2]}], {}, False),
        (JSON, ['{"a":[1]}'], {}, False),
        (JSON, [lambda message: message.sender == "bob"], {"data_type": "json"}, True),
        (BINARY, [b"\x00\xff"], {}, True),
        (BINARY, ["\x00\xff"], {}, False),
        (BINARY, [{"a": 1}], {}, False),
        ({**BINARY, "data": b"[1]"}, [[1]], {}, True),
        (ACK, [], {}, False),
        (ACK, [], {"type": "ack"}, True),
        (ACK, [], {"type": "ack", "ack_id": 4}, False),
        ({"type": "message"}, [1], {}, False),
    ],
)
def test_what_is_expected(
    fields: dict[str, Any], wanted: list[Any], members: dict[str, Any], fits: bool
) -> None:
    """Texts are texts, anything else is JSON; members by their names; what the service says by
    itself only if its type is asked for."""
    expectation = Expectation.of(tuple(wanted), members)
    assert expectation.matches(Message(fields)) is fits


def test_a_message_says_what_it_is() -> None:
    """In words that a failure can show."""
    message = Message(JSON)
    assert (message.text, message.origin, message.json()) == ('{"a":[1]}', "group", {"a": [1]})
    assert str(message) == "{\"a\":[1]} in group 'room'"
    assert str(Message(TEXT)) == "'hi'"
    assert str(Message(ACK)) == '{"type":"ack","ackId":3,"success":true}'
    assert Message(BINARY).text == "\x00�"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("group", "group"), ("from_", "from"), ("ack_id", "ackId"), ("from_user_id", "fromUserId")],
)
def test_members_may_be_written_as_in_python(name: str, expected: str) -> None:
    """The protocol has other names for some."""
    assert member_name(name) == member_name(expected) == expected


def test_what_is_shown() -> None:
    """JSON where it can be, and a predicate by its name."""

    def is_late(message: Message) -> bool:
        return False

    assert shown({"a": "é"}) == '{"a":"é"}'
    assert shown("a") == "'a'"
    assert shown({1, 2}) == "{1, 2}"
    assert shown(is_late) == "something for which is_late is true"
    assert str(Expectation.of(("a",), {"group": "g"})) == "'a', group 'g'"
    assert str(Expectation()) == "any message"
