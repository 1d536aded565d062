"""What bindings are called, their types, hubs and properties. Specification: bindings sections 2.1
to 2.5, functions-python section 3.5."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.host.azure.apps import (
    ANSWER,
    CONNECTION,
    CONTEXT,
    HTTP,
    OUTPUT,
    TRIGGER,
    app,
    function,
    seen,
)
from webpubsub.host.azure.rules.bindings import RULES

PLACE = "function_app.py, function f"
CASES: list[tuple[str, Mapping[str, Any], str]] = [
    ("trap.binding.name", OUTPUT | {"name": "my_out"}, "the binding 'my_out'"),
    ("trap.binding.name", HTTP | {"name": "_req"}, "the binding '_req'"),
    ("trap.binding.name", OUTPUT | {"name": "my__out"}, ""),
    ("binding.name.double-underscore", OUTPUT | {"name": "my__out"}, "the binding 'my__out'"),
    ("binding.name.double-underscore", OUTPUT | {"name": "my_out"}, ""),
    (
        "binding.type.unknown",
        TRIGGER | {"type": "webPubSubTriger"},
        "the type 'webPubSubTriger' of 'request'. Did you mean 'webPubSubTrigger'?",
    ),
    ("binding.type.unknown", OUTPUT | {"type": "queue"}, ""),
    ("binding.type.unknown", TRIGGER | {"type": "daprServiceInvocationTrigger"}, ""),
    ("binding.type.unknown", OUTPUT | {"type": "WEBPUBSUB"}, ""),
    ("binding.hub.invalid", TRIGGER | {"hub": "my hub"}, "the hub 'my hub' of webPubSubTrigger"),
    ("binding.hub.invalid", OUTPUT | {"hub": None}, "webPubSub 'actions' names no hub"),
    ("binding.hub.invalid", CONNECTION | {"hub": "{query.room}"}, ""),
    ("binding.hub.invalid", CONNECTION | {"hub": "%HUB%"}, ""),
    ("binding.hub.invalid", CONNECTION | {"hub": 5}, ""),
    (
        "trap.binding.property",
        CONNECTION | {"user_id": "u"},
        "'user_id' in its webPubSubConnection",
    ),
    ("trap.binding.property", CONNECTION | {"USERID": "u"}, ""),
    ("trap.binding.connection", TRIGGER | {"connection": "A"}, "it has the 'connection' 'A'"),
    ("trap.binding.connection", CONTEXT | {"connection": "A"}, "it has the 'connection' 'A'"),
    ("trap.binding.connection", TRIGGER | {"connections": ["A"]}, ""),
    ("trap.binding.connection", OUTPUT | {"connection": "A"}, ""),
    ("trap.binding.setting", TRIGGER | {"connections": ["A", "%B%"]}, "a connection '%B%'"),
    ("trap.binding.setting", CONTEXT | {"connection": "%B%"}, "it names a connection '%B%'"),
    ("trap.binding.setting", OUTPUT | {"connection": "%B%"}, "it names a connection '%B%'"),
    ("trap.binding.setting", CONNECTION | {"Connection": "%B%"}, "it names a connection '%B%'"),
    ("trap.binding.setting", OUTPUT | {"connection": 1}, ""),
    ("trap.binding.setting", TRIGGER | {"hub": "%B%", "connections": ["A"]}, ""),
    ("binding.route.percent", HTTP | {"route": "a%20b"}, "the route 'a%20b'"),
    ("binding.route.percent", HTTP | {"Route": "%ROUTE%"}, "the route '%ROUTE%'"),
    ("binding.route.percent", HTTP | {"route": "a b"}, ""),
    ("binding.route.percent", HTTP, ""),
    ("trap.event.name", TRIGGER | {"name": "event"}, "it takes its event in 'event'"),
    ("trap.event.name", TRIGGER | {"name": "Data"}, ""),
]


@pytest.mark.parametrize(("code", "binding", "expected"), CASES)
def test_what_is_seen(code: str, binding: Mapping[str, Any], expected: str, tmp_path: Path) -> None:
    """Once, at the function; nothing where nothing is expected."""
    found = seen(RULES, code, app(tmp_path, [function("f", binding)]))
    assert len(found) == bool(expected)
    assert all(one.where == PLACE and expected in one.what for one in found)


def test_only_a_mistyped_type_is_suggested(tmp_path: Path) -> None:
    """A type that merely ends alike says nothing of what was meant."""
    functions = [function("f", OUTPUT | {"type": "webPubSubOutput"})]
    found = seen(RULES, "binding.type.unknown", app(tmp_path, functions))
    assert [one.what for one in found] == ["the type 'webPubSubOutput' of 'actions'."]


def test_a_returned_action(tmp_path: Path) -> None:
    """It answers the event, too."""
    returned = [function("f", TRIGGER, OUTPUT | {"name": "$return"})]
    assert len(seen(RULES, "trap.binding.return", app(tmp_path, returned))) == 1
    answered = [function("f", HTTP, ANSWER)]
    assert not seen(RULES, "trap.binding.return", app(tmp_path, answered))


@pytest.mark.parametrize(
    ("methods", "expected"), [(["OPTIONS", "POST"], 0), (["POST"], 1), (None, 0)]
)
def test_the_route_of_a_context(methods: list[str] | None, expected: int, tmp_path: Path) -> None:
    """It lets the service ask, and send."""
    route = HTTP if methods is None else HTTP | {"methods": methods}
    found = [function("f", route, ANSWER, CONTEXT)]
    assert len(seen(RULES, "trap.binding.context-route", app(tmp_path, found))) == expected


def test_the_hub_of_the_whole_app(tmp_path: Path) -> None:
    """It is for bindings that name none, and must be one, too."""
    functions = [function("f", OUTPUT | {"hub": ""})]
    good = app(tmp_path, functions, settings={"WebPubSubHub": "chat"})
    assert not seen(RULES, "binding.hub.invalid", good)
    bad = app(tmp_path, functions, settings={"WebPubSubHub": "1chat"})
    assert [one.what for one in seen(RULES, "binding.hub.invalid", bad)] == [
        "the hub '1chat' of webPubSub 'actions'"
    ]
