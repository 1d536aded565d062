"""States of a connection and of an answer. Specification: bindings section 5.6."""

import json
from typing import Any

import pytest

from tests.host.extensions.webpubsub.bindings import STATES, context
from webpubsub.host.extensions.webpubsub.states import merged_states
from webpubsub.protocol.connection_states import decode_states
from webpubsub.protocol.events import EventType


@pytest.mark.parametrize(
    ("stored", "given", "expected"),
    [
        (None, {}, None),
        (None, {"a": 1}, {"a": 1}),
        (STATES, {}, {"a": 1, "b": [2]}),
        (STATES, {"a": None, "c": "x"}, {"a": None, "b": [2], "c": "x"}),
        ("nonsense", {"a": 1}, {"a": 1}),
        ("nonsense", {}, None),
    ],
)
def test_section_5_6_states_are_merged(
    stored: str | None, given: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    """Key by key, and without a way to remove one; none at all is no header."""
    event = context(EventType.USER, "message", connection_state=stored)
    merged = merged_states(
        event, {name: json.dumps(value).encode() for name, value in given.items()}
    )
    assert (merged if merged is None else decode_states(merged)) == expected


def test_the_header_is_the_convention() -> None:
    """Section 4.7 writes it out."""
    assert merged_states(context(EventType.USER, "m"), {"a": b'"c"'}) == "eyJhIjoiSW1NaSJ9"
