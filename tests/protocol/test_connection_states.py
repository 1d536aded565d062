"""The connection state and its convention.

Specification: upstream-events section 7, bindings section 4.7.
"""

import base64
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.connection_states import (
    decode_raw_states,
    decode_states,
    encode_raw_states,
    encode_states,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def base64_of(value: Any) -> str:
    """base64 of the JSON of a value."""
    return base64.b64encode(json.dumps(value).encode()).decode()


def test_the_form_on_the_wire() -> None:
    """A state is base64 of an object of base64 of JSON, as the official SDKs write it."""
    assert (
        encode_states({"count": 1, "name": "你"})
        == base64.b64encode(b'{"count":"MQ==","name":"IuS9oCI="}').decode()
    )
    assert encode_states({}) == "e30="
    assert (
        encode_raw_states({"a": b"1.0", "b": msgspec.Raw(b"[ ]")})
        == base64.b64encode(b'{"a":"MS4w","b":"WyBd"}').decode()
    )


@pytest.mark.parametrize(
    ("header", "states"),
    [
        (None, {}),
        ("", {}),
        ("e30=", {}),
        ("not base64", {}),
        ("e30", {}),
        ("é", {}),
        ("\ud800", {}),
        (base64_of(None), {}),
        (base64_of([1]), {}),
        (base64_of("x"), {}),
        (base64.b64encode(b"\xff").decode(), {}),
        (base64.b64encode(b"[" * 100_000).decode(), {}),
        (base64_of({"a": base64_of(1)}), {"a": 1}),
        (base64_of({"a": base64_of(None), "b": base64_of([{}])}), {"a": None, "b": [{}]}),
        (base64_of({"a": base64_of(1), "b": "?", "c": 5, "d": None, "e": []}), {"a": 1}),
        (base64_of({"a": base64.b64encode(b"{").decode(), "b": base64_of(2)}), {"b": 2}),
        (base64_of({"a": base64.b64encode(b"[" * 100_000).decode(), "b": base64_of(2)}), {"b": 2}),
    ],
)
def test_what_is_not_the_convention_is_dropped(header: str | None, states: dict[str, Any]) -> None:
    """The string belongs to the application: what cannot be read is no state, and no error."""
    assert decode_states(header) == states


def test_raw_states_need_not_be_json() -> None:
    """What is stored is passed on as it is, though decoding it would fail."""
    header = base64_of({"a": base64.b64encode(b"{ not json").decode(), "b": 1})
    assert decode_raw_states(header) == {"a": b"{ not json"}


def test_a_value_that_is_no_json_is_refused() -> None:
    """The mistake shows where the state is made."""
    with pytest.raises(TypeError):
        encode_states({"a": object()})


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_states_survive(states: dict[str, Any]) -> None:
    """What is stored is what comes back."""
    assert decode_states(encode_states(states)) == states


@given(st.dictionaries(st.text(), st.binary(), max_size=5))
def test_raw_states_survive(states: dict[str, bytes]) -> None:
    """So is what is stored as bytes."""
    assert decode_raw_states(encode_raw_states(states)) == states


@given(st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()))
def test_any_header_reads_as_some_states(header: str) -> None:
    """No string is an error."""
    assert decode_states(header).keys() <= decode_raw_states(header).keys()


@pytest.mark.parametrize("value", ["aGk=?", "aGk", "?", 5, None, ["aGk="]])
def test_a_member_that_is_not_base64_is_dropped(value: object) -> None:
    """Wholly, and not only what of it is not base64; the others stay."""
    inner = json.dumps({"a": value, "b": "aGk="})
    assert decode_raw_states(base64.b64encode(inner.encode()).decode()) == {"b": b"hi"}
