"""Reading the properties of a binding.

Specification: bindings sections 2.1 and 2.6.
"""

from typing import Any

import pytest

from tests.host.extensions.webpubsub.bindings import connection, invocation, trigger
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub import properties


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("{user}", "ann"),
        ("{query.room}-{USER}", "r1-ann"),
        ("{{user}}", "{user}"),
    ],
)
def test_expressions_are_resolved_for_one_call(text: str, expected: str) -> None:
    """Binding data takes the place of expressions."""
    data: dict[str, Any] = {"user": "ann", "query": {"room": "r1"}}
    assert properties.resolved(connection(), text, invocation(**data)) == expected


@pytest.mark.parametrize("text", ["{nobody}", "{", "{query.x}"])
def test_an_expression_without_a_value_is_an_error_of_the_binding(text: str) -> None:
    """The error names the binding, and the invocation fails."""
    with pytest.raises(BindingError, match=r"^webPubSubConnection 'conn': "):
        properties.resolved(connection(), text, invocation(query={}))


@pytest.mark.parametrize(
    ("text", "expected"), [(None, False), ("chat", False), ("{hub}", True), ("}", True)]
)
def test_what_is_known_only_at_a_call(text: str | None, expected: bool) -> None:
    """Text with a brace is not known until the function is called."""
    assert properties.has_expressions(text) is expected


@pytest.mark.parametrize(
    ("seen", "hinted"), [("user_id", True), ("user-id", True), ("USERID", False), ("user", False)]
)
def test_another_spelling_brings_a_hint(seen: str, hinted: bool) -> None:
    """A property in Python's spelling is not read, and the error says so."""
    binding = connection(**{seen: None if seen == "USERID" else "x"})
    with pytest.raises(BindingError) as caught:
        properties.required(binding, "userId")
    assert (f"'{seen}' is not read; write 'userId'." in str(caught.value)) is hinted


@pytest.mark.parametrize("hub", ["", "1x", "a b", "a/b", "x" * 129])
def test_what_is_no_hub(hub: str) -> None:
    """The error says what a hub may be called."""
    with pytest.raises(BindingError, match=r"is no name of a hub\. A hub's name is a letter"):
        properties.checked_hub(connection(), hub)


def test_a_hub_is_in_lower_case() -> None:
    """The service knows hubs in lower case."""
    assert properties.checked_hub(connection(), "Chat_Room1") == "chat_room1"


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, []),
        ({"connections": ["A", "B"]}, ["A", "B"]),
        ({"connection": "A"}, ["A"]),
        ({"connections": ["A"], "connection": "B"}, ["A"]),
        ({"connections": [], "connection": "B"}, ["B"]),
        ({"connections": [], "connection": ""}, []),
    ],
)
def test_sections_2_2_and_2_4_whose_events_are_taken(
    given: dict[str, Any], names: list[str]
) -> None:
    """The list comes before the single name; nothing means the default connection."""
    assert properties.connection_names(trigger(**given)) == names


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"connections": "A"}, "'connections' must be an array of names of app settings, not 'A'"),
        ({"connections": [""]}, "none may be empty"),
        ({"connections": ["A", " "]}, "none may be empty"),
        ({"connection": 0}, "'connection' must be a string, not 0"),
        ({"connection": False}, "'connection' must be a string"),
        ({"connections": {}}, "'connections' must be an array"),
        ({"connections": [5]}, "must hold names"),
        ({"connection": ["A"]}, "'connection' must be a string, not an array"),
    ],
)
def test_section_2_1_connections_of_the_wrong_type(given: dict[str, Any], words: str) -> None:
    """The property is named."""
    with pytest.raises(BindingError, match=words):
        properties.connection_names(trigger(**given))
