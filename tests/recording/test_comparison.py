"""What counts as a difference."""

from typing import Any

import pytest

from webpubsub.recording.comparison import differences

CONNECT = {"kind": "connect", "client": "{client 1}", "user": "alice", "step": 1}


def delivery(text: str, cause: int = 1, to: str = "{client 1}") -> dict[str, Any]:
    """A message to a client."""
    return {"kind": "delivery", "to": [to], "delivery": {"message": text}, "cause": cause}


def ack(number: int, error: str | None = None, cause: int = 1) -> dict[str, Any]:
    """An ack that a client got."""
    return {"kind": "ack", "client": "{client 1}", "ackId": number, "error": error, "cause": cause}


def test_the_same_is_no_difference() -> None:
    """At whatever time."""
    before = [CONNECT, {**delivery("a"), "at": 1.0}]
    assert differences(before, [CONNECT, {**delivery("a"), "at": 2.0}]) == []


def test_a_message_that_became_another() -> None:
    """With the user of the client, and what is around it."""
    before = [CONNECT, *(delivery(text) for text in "abcd")]
    now = [CONNECT, *(delivery(text) for text in "abxd")]
    (found,) = differences(before, now)
    assert found.what == "client 1 (alice): messages it got"
    assert found.lines == [
        '  {"message":"b"}',
        '- {"message":"c"}',
        '+ {"message":"x"}',
        '  {"message":"d"}',
    ]


def test_far_apart_differences_have_their_surroundings_each() -> None:
    """One line before and after, and nothing of what is the same for long."""
    before = [delivery(text) for text in "abcdefghij"]
    now = [delivery(text) for text in "abXdefghYj"]
    (found,) = differences(before, now)
    texts = [line.replace('{"message":"', "").removesuffix('"}') for line in found.lines]
    assert texts == ["  b", "- c", "+ X", "  d", "  h", "- i", "+ Y", "  j"]


@pytest.mark.parametrize(
    ("before", "now", "lines"),
    [
        ([], ["a"], ["+ a"]),
        (["a", "a"], ["a"], ["  a", "- a"]),
        (["a"], ["a", "a", "a"], ["  a", "+ a", "+ a"]),
        (["-- a", "b"], ["b"], ["- -- a", "  b"]),
        (["b"], ["@@", "++ a", "b"], ["+ @@", "+ ++ a", "  b"]),
        (["a\n\x1b[31mb"], [], ["- a\\n\\x1b[31mb"]),
    ],
)
def test_whatever_clients_are_told(before: list[str], now: list[str], lines: list[str]) -> None:
    """Each message is a line, and looks like nothing else."""

    def entries(texts: list[str]) -> list[dict[str, Any]]:
        made = {"kind": "message", "client": "{client 1}", "cause": 1}
        return [{**made, "value": text} for text in texts]

    (found,) = differences(entries(before), entries(now))
    assert found.lines == lines


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ([delivery("a", 1), delivery("b", 2)], [delivery("b", 2), delivery("a", 1)]),
        ([delivery("a"), ack(1)], [ack(1), delivery("a")]),
        ([delivery("a")], [delivery("a"), {**delivery("from a timer"), "cause": 0}]),
        ([delivery("at 2026-01-02T03:04:05Z")], [delivery("at 2027-01-02 03:04:05.678+01:00")]),
        ([delivery("id 0f8fad5b-d9cb-469f-a165-70867728950e")], [delivery("id " + "7" * 32)]),
        ([ack(1_700_000_000)], [ack(1_800_000_000_123)]),
    ],
    ids=["order of causes", "order of kinds", "no cause", "times", "ids", "seconds"],
)
def test_what_does_not_count(before: list[Any], now: list[Any]) -> None:
    """It is different every time."""
    assert differences(before, now) == []


@pytest.mark.parametrize(
    ("before", "now", "what"),
    [
        ([ack(1)], [ack(1, "Forbidden")], "client 1: acks it got"),
        ([ack(1)], [], "client 1: acks it got"),
        ([delivery("a")], [delivery("a"), delivery("a")], "client 1: messages it got"),
        ([delivery("room 12345")], [delivery("room 12346")], "client 1: messages it got"),
        (
            [{"kind": "ended", "client": "{client 1}", "reason": "", "step": 1}],
            [{"kind": "ended", "client": "{client 1}", "reason": "x", "cause": 1}],
            "client 1: how it ended",
        ),
        (
            [{"kind": "operation", "operation": {"hub": "h", "type": "A"}, "cause": 1}],
            [{"kind": "operation", "operation": {"hub": "h", "type": "B"}, "cause": 1}],
            "hub h: what it was asked to do",
        ),
    ],
)
def test_what_counts(before: list[Any], now: list[Any], what: str) -> None:
    """For whom it is another."""
    assert [one.what for one in differences(before, now)] == [what]
