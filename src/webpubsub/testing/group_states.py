"""The states of a group as a client that watches them has been told. Specification:
client-protocols section 9.4."""

from collections.abc import Mapping, Sequence

from webpubsub.testing.messages import Message

_ALL, _CHANGED = "groupStateSnapshot", "groupStateUpdate"


def states_of(group: str, messages: Sequence[Message]) -> Mapping[str, Mapping[str, str]]:
    """By connection id; whoever shows none any more is not in it."""
    states: dict[str, Mapping[str, str]] = {}
    for message in messages:
        if message.type not in (_ALL, _CHANGED) or message.group != group:
            continue
        if message.type == _ALL:
            states = {}
        for item in message.fields.get("items", ()):
            if item.get("state") is None:
                states.pop(item["connectionId"], None)
            else:
                states[item["connectionId"]] = item["state"]
    return states
