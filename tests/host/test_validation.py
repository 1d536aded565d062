"""Whether functions can run in a host.

Specification: bindings section 2.1.
And functions-python sections 2.1 and 3.5.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.fakes import INPUT, OUTPUT, RETURN, TRIGGER, function
from webpubsub.host.validation import (
    InvalidFunction,
    check_function,
    check_function_name,
    with_settings,
)

KNOWN = frozenset({"testtrigger", "testinput", "testoutput", "httptrigger"})


@pytest.mark.parametrize(
    "bindings",
    [
        (TRIGGER,),
        (TRIGGER, INPUT, OUTPUT),
        (RETURN, TRIGGER),
        ({**TRIGGER, "type": "TESTTRIGGER", "name": "_a_1"},),
        ({**TRIGGER, "name": "a" * 128},),
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
        (({**TRIGGER, "name": ""},), "'' is not a valid binding name"),
        (({**TRIGGER, "name": "1a"},), "'1a' is not a valid"),
        (({**TRIGGER, "name": "a__b"},), "'a__b' is not a valid"),
        (({**TRIGGER, "name": "a-b"},), "'a-b' is not a valid"),
        (({**TRIGGER, "name": "a" * 129},), "is not a valid"),
        (({"name": "a", "direction": "in"},), "'a' has no type"),
        (({**TRIGGER, "type": "tubeTrigger"},), "'tubeTrigger', which this host does not have."),
        (({**TRIGGER, "type": "tubeTrigger"},), "Known types: httptrigger, testinput,"),
        (({**TRIGGER, "type": "htpTrigger"},), "Did you mean 'httptrigger'?"),
    ],
)
def test_functions_that_do_not_fit(bindings: tuple[Mapping[str, Any], ...], message: str) -> None:
    """The message names the binding, what was seen and what was expected. Section 3.5."""
    with pytest.raises(InvalidFunction) as raised:
        check_function(function("fn", *bindings), KNOWN)
    assert message in str(raised.value)


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


def test_settings_are_replaced_in_every_text() -> None:
    """At any depth, once; what is no text stays. Section 9."""
    raw = {**TRIGGER, "hub": "a-%HUB%", "list": ["%HUB%", 1], "map": {"x": "%NESTED%"}, "n": None}
    resolved = with_settings(function("fn", raw), SETTINGS.get)
    assert resolved.bindings[0].raw == {
        **TRIGGER,
        "hub": "a-chat",
        "list": ["chat", 1],
        "map": {"x": "%HUB%"},
        "n": None,
    }
    assert (resolved.name, resolved.trigger.name) == ("fn", "request")


@pytest.mark.parametrize(("text", "named"), [("%GONE%", "GONE"), ("100%", "closing")])
def test_a_setting_that_is_missing_is_named(text: str, named: str) -> None:
    """With the binding that asks for it. Section 9."""
    with pytest.raises(InvalidFunction, match=rf"(?s)'request'.*{named}"):
        with_settings(function("fn", {**TRIGGER, "hub": text}), SETTINGS.get)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="%")),
        st.text(st.characters(exclude_characters="%")),
    )
)
def test_bindings_without_settings_stay_as_they_are(raw: dict[str, str]) -> None:
    """Nothing else has a meaning here, expressions included."""
    assert with_settings(function("fn", raw or TRIGGER), SETTINGS.get).bindings[0].raw == (
        raw or TRIGGER
    )
