"""Tokens that say where a page begins. Specification: rest-api section 6.6."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.continuation_tokens import (
    make_continuation_token,
    read_continuation_token,
)

KEY = "the-key-of-the-tests-of-continuation"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TOKEN = make_continuation_token("Chat", "room", "c-1", KEY)


@given(TEXTS, TEXTS)
def test_tokens_bring_the_id_back(group: str, last_id: str) -> None:
    """A token is read as it was made, in any letter case of the hub, and with an older key too."""
    token = make_continuation_token("Chat", group, last_id, KEY)
    assert read_continuation_token(token, "chat", group, ["other", KEY]) == last_id
    assert token.replace("-", "").replace("_", "").isalnum()


FOREIGN = (
    (TOKEN, "lobby", "room", KEY),
    (TOKEN, "Chat", "Room", KEY),
    (TOKEN, "Chat", "room", "another key"),
    ("", "Chat", "room", KEY),
    ("Zm9v", "Chat", "room", KEY),
    ("not base64!", "Chat", "room", KEY),
    (TOKEN + "=", "Chat", "room", KEY),
    (TOKEN + "A", "Chat", "room", KEY),
    ("é", "Chat", "room", KEY),
    ("A" * 2049, "Chat", "room", KEY),
)


@pytest.mark.parametrize(("token", "hub", "group", "key"), FOREIGN)
def test_foreign_tokens(token: str, hub: str, group: str, key: str) -> None:
    """A token of another place or key, or none at all, is not read."""
    assert read_continuation_token(token, hub, group, [key]) is None


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("AZaz09-_"))
def test_altered_tokens(position: int, letter: str) -> None:
    """One letter changed makes another token, which is not ours."""
    altered = TOKEN[:position] + letter + TOKEN[position + 1 :]
    wanted = "c-1" if altered == TOKEN else None
    assert read_continuation_token(altered, "chat", "room", [KEY]) == wanted


@given(st.text())
def test_no_text_does_harm(token: str) -> None:
    """Whatever a client sends is read as nothing."""
    assert read_continuation_token(token, "chat", "room", [KEY]) is None
