"""Whether functions can run in a host.

Specification: bindings section 2.1.
And functions-python sections 2.1, 3.5 and 9.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.fakes import INPUT, OUTPUT, RETURN, TRIGGER, function
from webpubsub.host.expressions.validation import (
    InvalidFunction,
    check_function,
    check_function_name,
    with_settings,
)
from webpubsub.host.metadata import Binding

KNOWN = ("testTrigger", "testInput", "testOutput", "httpTrigger")


@pytest.mark.parametrize(
    "bindings",
    [
        (TRIGGER,),
        (TRIGGER, INPUT, OUTPUT),
        (RETURN, TRIGGER),
        ({**TRIGGER, "type": "TESTTRIGGER", "name": "_a_1"},),
        ({**TRIGGER, "name": "a" * 128},),
        ({**TRIGGER, "direction": None, "dataType": "", "cardinality": None},),
        ({**TRIGGER, "direction": 0, "dataType": "2", "cardinality": "MANY"},),
        ({**TRIGGER, "DATATYPE": "Stream"}, {**OUTPUT, "direction": "OUT"}),
    ],
)
def test_functions_that_fit(bindings: tuple[Mapping[str, Any], ...]) -> None:
    """One trigger, known types in any letter case, distinct names."""
    check_function(function("fn", *bindings), KNOWN)


@pytest.mark.parametrize(
    ("bindings", "message"),
    [
        ((OUTPUT,), "no trigger"),
        ((TRIGGER, {**TRIGGER, "name": "b"}), "2 triggers (testTrigger, testTrigger)"),
        ((TRIGGER, {**OUTPUT, "name": "REQUEST"}), "More than one binding is called 'REQUEST'"),
        (({**TRIGGER, "name": "Request"}, {**OUTPUT, "name": "request"}), "called 'request'"),
        (({**TRIGGER, "name": ""},), "'' is not a valid binding name"),
        (({**TRIGGER, "name": "1a"},), "'1a' is not a valid"),
        (({**TRIGGER, "name": "a__b"},), "'a__b' is not a valid"),
        (({**TRIGGER, "name": "a-b"},), "'a-b' is not a valid"),
        (({**TRIGGER, "name": "a" * 129},), "is not a valid"),
        (({"name": "a", "direction": "in"},), "'a' has no type"),
        (({**TRIGGER, "type": "tubeTrigger"},), "'tubeTrigger', which this host does not have."),
        (({**TRIGGER, "type": "tubeTrigger"},), "Known types: httpTrigger, testInput,"),
        (({**TRIGGER, "type": "htpTrigger"},), "Did you mean 'httpTrigger'?"),
        (({**TRIGGER, "type": "kafkaTrigger"},), "does not have. Known types:"),
        (({**TRIGGER, "type": "entityTrigger"},), "does not have. Known types:"),
        (
            (TRIGGER, {**OUTPUT, "direction": "outt"}),
            "Binding 'out': 'direction' must be 'in', 'out' or 'inout', not 'outt'.",
        ),
        (({**TRIGGER, "direction": ["in"]},), "'direction' must be 'in', 'out' or 'inout'"),
        (({**TRIGGER, "dataType": "blob"},), "'dataType' must be 'string', 'binary' or 'stream'"),
        (({**TRIGGER, "cardinality": "two"},), "'cardinality' must be 'one' or 'many'"),
    ],
)
def test_functions_that_do_not_fit(bindings: tuple[Mapping[str, Any], ...], message: str) -> None:
    """The message names the binding, what was seen and what was expected. Section 3.5."""
    with pytest.raises(InvalidFunction) as raised:
        check_function(function("fn", *bindings), KNOWN)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("properties", "direction", "data_type"),
    [
        ({}, "in", None),
        ({"direction": "OUT", "dataType": "BINARY"}, "out", "binary"),
        ({"direction": 2, "dataType": 1}, "inout", "binary"),
        ({"direction": "0", "dataType": "0"}, "in", "string"),
        ({"direction": "", "dataType": "Stream"}, "in", "stream"),
    ],
)
def test_section_2_1_words_and_their_numbers(
    properties: Mapping[str, Any], direction: str, data_type: str | None
) -> None:
    """In any letter case; what goes nowhere comes in."""
    binding = Binding({"type": "testTrigger", "name": "a", **properties})
    assert (binding.direction, binding.data_type) == (direction, data_type)


def test_a_host_without_extensions_knows_no_types() -> None:
    """It says so."""
    with pytest.raises(InvalidFunction, match="Known types: none"):
        check_function(function(), ())


@pytest.mark.parametrize("name", ["a", "On_Message-2", "a" * 128, "hosts"])
def test_names_of_functions(name: str) -> None:
    """A letter, then letters, digits, underscores and hyphens. Section 2.1."""
    check_function_name(name)


@pytest.mark.parametrize(
    "name", ["", "1a", "_a", "a b", "a.b", "ä", "host", "HOST", "a" * 129, "a\n"]
)
def test_names_that_no_function_may_have(name: str) -> None:
    """The message has the rule. Section 2.1."""
    with pytest.raises(InvalidFunction, match="not a valid function name"):
        check_function(function(name), KNOWN)


SETTINGS = {"HUB": "chat", "NESTED": "%HUB%"}


#: Only these properties of these types hold settings.
REPLACED = {"testtrigger": {"hub", "eventname"}, "testoutput": frozenset({"path"})}


def test_settings_are_replaced_where_a_type_of_binding_has_them() -> None:
    """Once, within other text, and in any letter case of the property. Section 9."""
    raw = {**TRIGGER, "HUB": "a-%HUB%-%HUB%", "eventName": "%NESTED%"}
    resolved = with_settings(
        function("fn", raw, {**OUTPUT, "path": "%HUB%"}), REPLACED, SETTINGS.get
    )
    assert [binding.raw for binding in resolved.bindings] == [
        {**TRIGGER, "HUB": "a-chat-chat", "eventName": "%HUB%"},
        {**OUTPUT, "path": "chat"},
    ]
    assert (resolved.name, resolved.trigger.name) == ("fn", "request")


@pytest.mark.parametrize(
    "binding",
    [
        {**TRIGGER, "connection": "%HUB%", "connections": ["%HUB%"]},
        {**TRIGGER, "hub": ["%HUB%"], "eventName": {"x": "%HUB%"}},
        {**TRIGGER, "hub": 1, "eventName": None},
        {**TRIGGER, "path": "%HUB%"},
        {**TRIGGER, "route": "a%20b/100%"},
        {**INPUT, "hub": "%HUB%", "name": "%HUB%"},
        {**TRIGGER, "type": "other", "hub": "%GONE%"},
    ],
)
def test_everything_else_stays_as_it_is_written(binding: Mapping[str, Any]) -> None:
    """Another property, another type, what is no text; a percent sign there is nothing wrong."""
    assert with_settings(function("fn", binding), REPLACED, SETTINGS.get).bindings[0].raw == binding


@pytest.mark.parametrize(("text", "named"), [("%GONE%", "GONE"), ("100%", "closing")])
def test_a_setting_that_is_missing_is_named(text: str, named: str) -> None:
    """With the binding and the property that ask for it. Section 9."""
    with pytest.raises(InvalidFunction, match=rf"(?s)'request', 'hub': .*{named}"):
        with_settings(function("fn", {**TRIGGER, "hub": text}), REPLACED, SETTINGS.get)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="%")),
        st.text(st.characters(exclude_characters="%")),
    )
)
def test_bindings_without_settings_stay_as_they_are(raw: dict[str, str]) -> None:
    """Nothing else has a meaning here, expressions included."""
    binding = {**TRIGGER, **raw}
    replaced = {"testtrigger": frozenset(name.lower() for name in raw)}
    assert with_settings(function("fn", binding), replaced, SETTINGS.get).bindings[0].raw == binding
