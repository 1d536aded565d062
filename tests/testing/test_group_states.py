"""The states of a group as a client has been told. Specification: client-protocols section 9.4."""

from typing import Any

import pytest

from webpubsub.testing.group_states import states_of
from webpubsub.testing.messages import Message

Told = tuple[str, str, dict[str, Any]]


@pytest.mark.parametrize(
    ("told", "states"),
    [
        ([], {}),
        ([("Snapshot", "g", {"c": {"a": "b"}})], {"c": {"a": "b"}}),
        ([("Update", "g", {"c": {"a": "b"}}), ("Update", "g", {"c": None})], {}),
        ([("Update", "g", {"c": {}}), ("Update", "h", {"c": None})], {"c": {}}),
        ([("Update", "g", {"c": {}}), ("Snapshot", "g", {"d": {}})], {"d": {}}),
    ],
)
def test_what_is_known(told: list[Told], states: dict[str, Any]) -> None:
    """All at first, and every change since."""
    assert states_of("g", [_message(*one) for one in told]) == states


def _message(kind: str, group: str, states: dict[str, Any]) -> Message:
    items = [
        {"connectionId": one, **({} if state is None else {"state": state})}
        for one, state in states.items()
    ]
    return Message({"type": f"groupState{kind}", "group": group, "items": items})
