"""Keys as their files hold them. Specification: functions-python section 5.3."""

import base64

import pytest

from webpubsub.host.keys.model import (
    InvalidKey,
    Key,
    check_key_name,
    given_key,
    new_key,
    system_key_name,
)


def test_a_new_key_is_forty_random_bytes() -> None:
    """In the alphabet of URLs, with its padding, and another one each time."""
    keys = {new_key("default").value for _ in range(50)}
    assert len(keys) == 50
    assert {len(base64.urlsafe_b64decode(value)) for value in keys} == {40}
    assert all(value.endswith("==") and "+" not in value and "/" not in value for value in keys)


def test_a_key_shows_its_name_alone() -> None:
    """Whatever logs it, its value stays out of the log."""
    key = Key(name="a", value="secret-of-a-key")
    assert "secret-of-a-key" not in f"{key} {key!r}"


@pytest.mark.parametrize("value", ["x" * 15, "x" * 1025, "", "with space in it x", "ä" * 20])
def test_a_value_that_cannot_be_sent_or_is_short_is_refused(value: str) -> None:
    """The message says what can be used, and not what was given."""
    with pytest.raises(InvalidKey, match="16 to 1024 printable ASCII") as refused:
        given_key("a", value)
    assert not value or value not in str(refused.value)


@pytest.mark.parametrize("name", ["", "_master", "a/b", "../a", "a b", "x" * 128, "a\n"])
def test_a_name_that_is_no_part_of_an_address_is_refused(name: str) -> None:
    """An underscore at the beginning is kept for names of the host."""
    with pytest.raises(InvalidKey):
        check_key_name(name)


@pytest.mark.parametrize("name", ["a", "default", "webpubsub_extension", "2.b-c", "x" * 127])
def test_other_names_are_fine(name: str) -> None:
    """Letters, digits and a few signs."""
    check_key_name(name)


def test_the_system_key_of_an_extension_has_its_name() -> None:
    """In lower case, as the webhook's address says it in any."""
    assert system_key_name("WebPubSub") == "webpubsub_extension"
