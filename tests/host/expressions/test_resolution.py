"""Binding expressions.

Specification: bindings sections 2.1, 4.6 and 7.
And functions-python section 9.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.host.expressions.dotnet_formats import format_guid
from webpubsub.host.expressions.resolution import (
    ExpressionError,
    SystemData,
    resolve_expressions,
    resolve_settings,
    utc_now,
)
from webpubsub.host.settings.app_settings import AppSettings

_GUID = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
_TIME = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
_DATA: dict[str, Any] = {
    "query": {"user": "ann", "Empty": ""},
    "headers": {"x-ms-client-principal-name": "bob"},
    "id": "7",
    "ID": "8",
    "connectionContext": {"userId": "eve", "states": {}, "nested": {"deep": 1}},
    "flag": True,
    "count": 42,
    "share": 0.5,
    "nothing": None,
    "items": ["x"],
    "sys": SystemData("chat", lambda: _TIME, lambda: _GUID),
    "when": _TIME,
    "guid": _GUID,
}


def _resolve(text: str, data: dict[str, Any] = _DATA) -> str:
    return resolve_expressions(text, data, now=lambda: _TIME, new_guid=lambda: _GUID)


_SETTINGS = {"HUB": "chat", "PERCENT": "%HUB%", "EMPTY": ""}


class TestSettings:
    """%NAME%."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("%HUB%", "chat"),
            ("a-%HUB%-%HUB%", "a-chat-chat"),
            ("plain {x}", "plain {x}"),
            ("", ""),
            ("%PERCENT%", "%HUB%"),
            ("<%EMPTY%>", "<>"),
        ],
    )
    def test_names_are_replaced_once(self, text: str, expected: str) -> None:
        assert resolve_settings(text, _SETTINGS.get) == expected

    @pytest.mark.parametrize("text", ["%Chat:Hub%", "%Chat__Hub%", "%CHAT:hub%"])
    def test_a_colon_is_two_underscores(self, text: str) -> None:
        settings = AppSettings({"Chat__Hub": "lobby"})
        assert resolve_settings(text, settings.get) == "lobby"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("%NONE%", "'%NONE%' does not resolve to a value"),
            ("%%", "'%%' does not resolve"),
            ("100%", "The '%' at position 3 of '100%' does not have a closing '%'"),
            ("%HUB%%", "position 5"),
        ],
    )
    def test_mistakes_are_named(self, text: str, message: str) -> None:
        with pytest.raises(ExpressionError, match=message):
            resolve_settings(text, _SETTINGS.get)

    def test_nothing_is_the_name_of_a_setting(self) -> None:
        """Even where the environment has something under it."""
        with pytest.raises(ExpressionError, match="'%%' does not resolve"):
            resolve_settings("%%", {"": "x"}.get)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("{query.user}", "ann"),
        ("{QUERY.USER}", "ann"),
        ("<{query.empty}>", "<>"),
        ("{headers.x-ms-client-principal-name}", "bob"),
        ("{connectionContext.userid}/{id}", "eve/7"),
        ("{ID}", "8"),
        ("{connectionContext.nested.deep}", "1"),
        ("{{id}}", "{id}"),
        ("{{{id}}}", "{7}"),
        ("{flag}", "True"),
        ("<{nothing}{items}{connectionContext.states}>", "<>"),
        ("{sys.methodname}", "chat"),
        ("{sys.MethodName}", "chat"),
        ("{sys.utcnow}", "2026-03-04T05:06:07.0000000Z"),
        ("{sys.utcnow:yyyy}", "2026"),
        ("{sys.randguid}", str(_GUID)),
        ("{sys.randguid:N}", _GUID.hex),
        ("{when:dd.MM.yyyy HH:mm}", "04.03.2026 05:06"),
        ("{guid:B}", f"{{{_GUID}}}"),
        ("{rand-guid}", str(_GUID)),
        ("{RAND-GUID:N}", _GUID.hex),
        ("{datetime}", "2026-03-04T05-06-07Z"),
        ("{DateTime:yyyy.MM}", "2026.03"),
        ("{datetime:HH:mm}", "05:06"),
        ("{rand-guid:D}", str(_GUID)),
        ("{rand-guid:B}", f"{{{_GUID}}}"),
        ("{rand-guid:P}", f"({_GUID})"),
        ("{rand-guid:X}", format_guid(_GUID, "X")),
        ("{rand-guid-of-mine}", str(_GUID)),
        ("{datetime2}", "2026-03-04T05-06-07Z"),
        ("{headers.x-ms-client-principal-name:N}", "bob"),
        ("{id:N}{flag:x}<{nothing:x}>", "7True<>"),
        ("{count:D5}{count:X}", "000422A"),
        ("{share:F1}", "0.5"),
        ("{{}}", "{}"),
        ("a{{b}}c", "a{b}c"),
    ],
)
def test_expressions(text: str, expected: str) -> None:
    assert _resolve(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{none}", "No value for named parameter 'none'."),
        ("{none.x}", "No value for named parameter 'none'."),
        ("{query.none}", "Error while accessing 'none': property doesn't exist."),
        ("{query.user.x}", "Error while accessing 'x': property doesn't exist."),
        ("{sys.none}", "Error while accessing 'none'"),
        ("{headers-x}", "The parameter name 'headers-x' is invalid."),
        ("{a", "Missing closing bracket at position 1."),
        ("a}", "Missing opening bracket at position 2."),
        ("x{}", "The parameter name at position 2 is empty."),
        ("{ }", "is empty"),
        ("{a..b}", "Invalid template expression 'a..b'."),
        ("{1a}", "Invalid template expression '1a'."),
        ("{a b}", "Invalid template expression 'a b'."),
        ("{count:Q}", "'Q' is not a format for 42; use D, X"),
        ("{share:D}", "'D' is not a format for 0.5"),
        ("{rand-gui}", "The parameter name 'rand-gui' is invalid."),
        ("{x-y.z}", "The parameter name 'x-y' is invalid."),
        ("{}}", "The parameter name at position 1 is empty."),
        ("{{a}", "Missing opening bracket at position 4."),
        ("{none}{}{", "No value for named parameter 'none'."),
        ("{id}{}{none}", "The parameter name at position 5 is empty."),
        ("{rand-guid:Q}", "not a format for identifiers"),
        ("{datetime:Q}", "not a format for times"),
    ],
)
def test_mistakes_say_what_the_real_host_says(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        _resolve(text)
    assert message in str(caught.value)


def test_binding_data_of_that_exact_name_beats_a_built_in() -> None:
    assert _resolve("{datetime}", {"DateTime": "mine"}) == "mine"
    assert _resolve("{datetime:HH}", {"DateTime": "mine"}) == "05"
    assert _resolve("{datetime:HH}", {"datetime:hh": "mine"}) == "mine"


def test_times_and_identifiers_are_new_by_default() -> None:
    assert utc_now().tzinfo is UTC
    first, second = (resolve_expressions("{rand-guid}", {}) for _ in range(2))
    assert first != second


def test_system_data_is_a_mapping() -> None:
    data = SystemData("f")
    assert list(data) == ["methodname", "utcnow", "randguid"]
    assert len(data) == 3
    assert data["MethodName"] == "f"


@given(st.text())
def test_escaped_text_comes_back(text: str) -> None:
    """Doubling the braces is a way to write any text."""
    assert _resolve(text.replace("{", "{{").replace("}", "}}"), {}) == text


@given(st.text())
def test_any_template_resolves_or_is_refused(text: str) -> None:
    """No other exception gets out."""
    try:
        _resolve(text)
        resolve_settings(text, {"x": "y"}.get)
    except ExpressionError:
        pass


_NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: not name.startswith("datetime")
)


@given(st.lists(_NAMES, min_size=1, max_size=4), st.text())
def test_a_value_is_found_at_any_depth_in_any_letter_case(path: list[str], value: str) -> None:
    data: Any = value
    for name in reversed(path):
        data = {name.upper(): data}
    assert _resolve("{" + ".".join(path) + "}", data) == value
