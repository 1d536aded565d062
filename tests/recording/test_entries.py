"""What entries of a recording must have."""

from typing import Any

import pytest

from tests.recording.recorded import recording
from webpubsub.recording.entries import check_entry


async def test_what_is_recorded_is_right() -> None:
    """Every entry of clients that do a little of everything."""
    entries = await recording()
    assert {entry["kind"] for entry in entries} >= {"connect", "request", "ended", "answer", "ack"}
    for entry in entries:
        check_entry(entry)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({}, "missing required field `kind`"),
        ({"kind": []}, r"`\$\.kind`"),
        ({"kind": "request", "client": "{client 1}"}, "missing required field `request`"),
        ({"kind": "ended", "client": "{client 1}"}, "missing required field `reason`"),
        ({"kind": "ended", "client": 1, "reason": ""}, r"`\$\.client`"),
        ({"kind": "ack", "client": "a", "ackId": "1", "error": None}, r"`\$\.ackId`"),
        ({"kind": "refused", "step": "1"}, r"`\$\.step`"),
        ({"kind": "refused", "step": 1}, "of the kind 'refused' is no step"),
    ],
)
def test_what_is_no_entry(entry: dict[str, Any], problem: str) -> None:
    """With what is missing or wrong."""
    with pytest.raises(ValueError, match=problem):
        check_entry(entry)


def test_what_a_later_version_adds_does_no_harm() -> None:
    """As long as it does not ask for more."""
    check_entry({"kind": "weather", "is": "fine"})
