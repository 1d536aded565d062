"""Where events go. Specification: upstream-events sections 3 and 14."""

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.webhooks.url_templates import resolve, shown


@pytest.mark.parametrize(
    ("template", "hub", "event", "url"),
    [
        ("http://h/api/{hub}/{event}", "chat", "hi", "http://h/api/chat/hi"),
        ("http://h/api/{HUB}/{Event}", "chat", "a b", "http://h/api/chat/a%20b"),
        ("http://h/{hub}/{hub}?e={event}&c=1", "chat", "x.y-z_", "http://h/chat/chat?e=x.y-z_&c=1"),
        ("http://h/x?code=a%2Bb==", "chat", "hi", "http://h/x?code=a%2Bb=="),
        ("http://h/{other}/{event}", "chat", "hi", "http://h/{other}/hi"),
        ("http://h/{event}", "chat", "{hub}", "http://h/%7Bhub%7D"),
        ("http://h/{event}", "chat", "../a?b#c&d", "http://h/..%2Fa%3Fb%23c%26d"),
        ("http://h/{hub}", "a`,[b]", "hi", "http://h/a%60%2C%5Bb%5D"),
    ],
)
def test_resolve(template: str, hub: str, event: str, url: str) -> None:
    """Names are data: they replace the parameters wherever those are, and change nothing else."""
    assert resolve(template, hub, event) == url


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_names_come_back(hub: str, event: str) -> None:
    """Whatever the names are, the receiver's path has them at their places."""
    url = resolve("http://h/{hub}/{event}", hub, event)
    assert [unquote(part) for part in url.split("/")[3:]] == [hub, event]
    assert quote(hub, safe="") in url


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://h:8080/a/b?code=secret", "http://h:8080/a/b"),
        ("https://user:secret@h/a#secret", "https://h/a"),
        ("http://[::1]:80/?secret", "http://[::1]:80/"),
    ],
)
def test_shown(url: str, text: str) -> None:
    """Nothing that may be secret goes into a log."""
    assert shown(url) == text
