"""``webpubsub explain --dashboard``: run as a user would, of a service that has refused."""

from collections.abc import Mapping
from http.client import HTTPConnection

import pytest

from tests.cli.processes import Command, free_port, run

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}

TOLD = (
    "Client refused with 401 · hub chat token.malformed "
    "saw a text that is not three parts of base64url "
    "wanted a JSON Web Token (RFC 7519) whose payload is an object "
    "remedy Pass the token exactly as it was made, without quotes and not encoded twice. "
    "shown as HTTP status 401 and “The form of the access token is not valid.” "
    "✓ the method and headers of a request to a client path: one "
    "✓ the hub name in the URL: 'chat' "
    "✓ the access_token query parameter and the Authorization header: a token "
    "✕ the form of the access token: saw a text that is not three parts of base64url; "
    "wanted a JSON Web Token (RFC 7519) whose payload is an object"
)


def connect(port: int, path: str, headers: Mapping[str, str] = UPGRADE) -> int:
    """Ask for a WebSocket where none is to be had; the status of the answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_what_was_seen_and_wanted() -> None:
    """With every check before it, as on the page; those of a code alone, if that is asked for."""
    port = free_port()
    with Command("service", "--port", str(port)) as service:
        line = service.wait_for("Dashboard: ").splitlines()[-1]
        link = line.removeprefix("Dashboard: ")
        assert run("explain", "--dashboard", link).stdout == "Nothing was refused lately.\n"
        assert connect(port, "/client/hubs/chat%1B%5B31m") == 400
        assert connect(port, "/client/hubs/chat", {}) == 400  # the first check is the only one
        assert connect(port, "/client/hubs/chat?access_token=nonsense") == 401
        told = run("explain", "--dashboard", link)
        assert told.stdout.split().count("✕") == 2, told.stderr
        assert "\x1b" not in told.stdout
        told = run("explain", "--dashboard", link, "token")
        assert " ".join(told.stdout.partition(" · ")[2].split()) == TOLD
        other = run("explain", "--dashboard", f"{link}x")
        assert other.returncode == 1
        assert "does not know this link (HTTP status 401)" in other.stderr


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("nonsense", "this is no link of a dashboard"),
        ("http://[::1/?token=x", "this is no link of a dashboard"),
        ("http://localhost:8080/dashboard/", "this is no link of a dashboard"),
        ("http://127.0.0.1:1/dashboard/?token=x", "the dashboard of 127.0.0.1:1 does not answer: "),
    ],
)
def test_a_link_that_leads_nowhere_is_one_line(link: str, message: str) -> None:
    """With what would be one."""
    done = run("explain", "--dashboard", link)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {message}")
    assert done.stderr.count("\n") == 1
