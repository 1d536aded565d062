"""The limits of metadata. Specification: client-protocols section 5.4, rest-api section 5.4."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.message_metadata import metadata_problem

KEY_CHARACTERS = "!#$%&'*+-.^_|~`" + string.digits + string.ascii_letters
FULL = {f"k{number:02}": "v" * 1021 for number in range(8)}  # 8 times 1024 bytes


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"Trace": "1", "trace": "2"},
        {"a": ""},
        {"a": " two words, and\ttab "},
        {KEY_CHARACTERS: "x"},
        {"k" * 256: "x"},
        {"k": "v" * 1024},
        FULL,
    ],
)
def test_what_is_allowed(metadata: dict[str, str]) -> None:
    """Tokens with ASCII values pass up to the limits, the limits included."""
    assert metadata_problem(metadata) is None


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        ({"": "x"}, "a metadata key that is not a token of 1 to 256 characters"),
        ({"k" * 257: "x"}, "a metadata key that is not a token of 1 to 256 characters"),
        ({"a b": "x"}, "a metadata key"),
        ({"a:": "x"}, "a metadata key"),
        ({"a\n": "x"}, "a metadata key"),
        ({"é": "x"}, "a metadata key"),
        ({"a": "é"}, "the metadata 'a', which is not ASCII of up to 1024 characters"),
        ({"a": "v" * 1025}, "the metadata 'a', which is not ASCII of up to 1024 characters"),
        (FULL | {"k": ""}, "8193 bytes of metadata, where 8192 are allowed"),
    ],
)
def test_what_is_not_allowed(metadata: dict[str, str], problem: str) -> None:
    """The problem says which rule was broken, so that it can be mended."""
    assert (metadata_problem(metadata) or "").startswith(problem)


@given(st.characters())
def test_keys_are_made_of_token_characters_only(character: str) -> None:
    """Exactly the characters of the reference may be in a key."""
    assert (metadata_problem({character: ""}) is None) == (character in KEY_CHARACTERS)


@given(st.dictionaries(st.text(KEY_CHARACTERS, min_size=1, max_size=20), st.text(max_size=20)))
def test_values_are_ascii(metadata: dict[str, str]) -> None:
    """Small metadata with good keys passes if and only if all its values are ASCII."""
    assert (metadata_problem(metadata) is None) == all(map(str.isascii, metadata.values()))
