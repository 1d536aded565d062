"""Where a request goes, and its bytes. Specification: upstream-events sections 3 and 5."""

import pytest

from webpubsub.protocol.cloud_events.wire import WebhookRequest
from webpubsub.service.webhooks.targets import Origin, message_of, target_of


@pytest.mark.parametrize(
    ("url", "origin", "host", "path"),
    [
        ("http://h", Origin("h", 80, False), "h", "/"),
        (
            "https://H.Example/a b?code=x%2By#z",
            Origin("h.example", 443, True),
            "h.example",
            "/a%20b?code=x%2By",
        ),
        ("http://h:8080/é", Origin("h", 8080, False), "h:8080", "/%C3%A9"),
        ("http://[::1]:7071/", Origin("::1", 7071, False), "[::1]:7071", "/"),
        ("http://münchen/", Origin("xn--mnchen-3ya", 80, False), "xn--mnchen-3ya", "/"),
    ],
)
def test_targets(url: str, origin: Origin, host: str, path: str) -> None:
    """A server, how it is called, and what of it."""
    target = target_of(url)
    assert (target.origin, target.host, target.path) == (origin, host, path)
    assert target.authorization is None


@pytest.mark.parametrize(
    "url", ["", "chat", "ftp://h/", "http://", "http://h:99999/", "http://h:x/"]
)
def test_what_is_no_target(url: str) -> None:
    """There must be a server to send it to."""
    with pytest.raises(ValueError):
        target_of(url)


POST = WebhookRequest(method="POST", headers=[("ce-id", "1"), ("ce-userId", "Zoë")], body=b"{}")


def test_the_bytes_of_a_request() -> None:
    """The headers of the event between those of HTTP."""
    assert (
        message_of(target_of("http://h:1/a?b"), POST)
        == (
            "POST /a?b HTTP/1.1\r\nHost: h:1\r\nce-id: 1\r\nce-userId: Zoë\r\n"
            "Accept: */*\r\nContent-Length: 2\r\n\r\n{}"
        ).encode()
    )


@pytest.mark.parametrize(
    ("method", "has_length"), [("POST", True), ("GET", False), ("OPTIONS", False)]
)
def test_the_length_of_nothing(method: str, has_length: bool) -> None:
    """Is said where a body is to be expected."""
    message = message_of(target_of("http://h"), WebhookRequest(method=method, headers=[]))
    assert (b"Content-Length: 0\r\n" in message) is has_length


def test_a_user_and_a_password() -> None:
    """Of the URL are sent as a header, unless there is a token."""
    target = target_of("http://me:p%40ss@h/")
    assert target.host == "h"
    assert b"\r\nAuthorization: Basic bWU6cEBzcw==\r\n" in message_of(target, POST)
    with_token = WebhookRequest(method="POST", headers=[("Authorization", "Bearer x")])
    assert message_of(target, with_token).count(b"Authorization") == 1


@pytest.mark.parametrize("bad", ["a\r\nb: c", "a\nb", "a\rb", "a\0b", "\ud800"])
@pytest.mark.parametrize("place", ["name", "value"])
def test_no_header_is_made_of_another(bad: str, place: str) -> None:
    """Wherever the line break is."""
    header = (bad, "x") if place == "name" else ("x", bad)
    with pytest.raises(ValueError):
        message_of(target_of("http://h"), WebhookRequest(method="POST", headers=[header]))
