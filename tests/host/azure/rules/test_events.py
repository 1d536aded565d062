"""Which function gets which event. Specification: bindings sections 2.2 and 3.5."""

from pathlib import Path
from typing import Any

import pytest

from tests.host.azure.apps import TRIGGER, app, function, seen
from webpubsub.host.azure.rules.events import RULES


@pytest.mark.parametrize(
    ("second", "taken"),
    [
        ({}, True),
        ({"hub": "CHAT", "eventName": "Message", "eventType": 1}, True),
        ({"hub": "other"}, False),
        ({"eventName": "other"}, False),
        ({"clientProtocols": "mqtt"}, False),
        ({"eventType": "nonsense"}, False),
    ],
)
def test_the_second_function_for_an_event(
    second: dict[str, Any], taken: bool, tmp_path: Path
) -> None:
    """Letter case means nothing, the kind of clients does."""
    functions = [function("a", TRIGGER), function("b", TRIGGER | second)]
    found = seen(RULES, "trap.binding.duplicate", app(tmp_path, functions))
    assert [(one.where, one.what) for one in found] == [
        (
            "function_app.py, function b",
            "it asks for the user event 'message' of hub 'chat', as 'a' does",
        )
    ] * taken
