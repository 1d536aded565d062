"""``webpubsub client-url``: one URL on the standard output, or one line on the error stream."""

from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from tests.cli.calls import call
from webpubsub.service.settings import DEVELOPMENT_KEY

OTHER_KEY = "k" * 40


def printed(*arguments: str) -> str:
    """The URL, which must be all there is on the standard output."""
    done = call("client-url", *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout == done.stdout.strip() + "\n"
    return done.stdout.strip()


def test_the_url_carries_a_token_with_everything_asked_for() -> None:
    """User, roles, groups and lifetime are claims of the token."""
    url = urlsplit(
        printed(
            *("--hub", "chat", "--user", "alice", "--minutes", "5"),
            *("--role", "webpubsub.joinLeaveGroup", "--role", "webpubsub.sendToGroup"),
            *("--group", "room", "--group", "hall"),
        )
    )
    assert (url.scheme, url.netloc, url.path) == ("ws", "127.0.0.1:8080", "/client/hubs/chat")
    claims = jwt.decode(
        parse_qs(url.query)["access_token"][0],
        DEVELOPMENT_KEY,
        algorithms=["HS256"],
        audience="http://127.0.0.1:8080/client/hubs/chat",
    )
    assert claims["sub"] == "alice"
    assert claims["role"] == ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"]
    assert claims["webpubsub.group"] == ["room", "hall"]
    assert claims["exp"] - claims["iat"] == 300


@pytest.mark.parametrize(
    ("options", "start", "key"),
    [
        (["--service-port", "9123"], "ws://127.0.0.1:9123/client/hubs/h?", DEVELOPMENT_KEY),
        (["--endpoint", "http://box:81/"], "ws://box:81/client/hubs/h?", DEVELOPMENT_KEY),
        (
            [
                "--connection-string",
                f"Endpoint=https://x.example;AccessKey={OTHER_KEY};Version=1.0;",
            ],
            "wss://x.example/client/hubs/h?",
            OTHER_KEY,
        ),
    ],
)
def test_the_service_is_named_in_one_of_three_ways(
    options: Sequence[str], start: str, key: str
) -> None:
    """A port, a URL or a connection string says where to connect and which key signs."""
    url = printed("--hub", "h", *options)
    assert url.startswith(start)
    token = url.partition("access_token=")[2]
    jwt.decode(token, key, algorithms=["HS256"], options={"verify_aud": False})


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--hub", "a/b"], "'a/b' cannot be the name of a hub"),
        (["--hub", "h", "--endpoint", "box:8080"], "the endpoint must be a URL"),
        (["--hub", "h", "--connection-string", "nonsense"], "Endpoint"),
        (["--hub", "h", "--connection-string", "Endpoint=http://x"], "no AccessKey"),
        (
            ["--hub", "h", "--service-port", "1", "--endpoint", "http://x"],
            "give one of --service-port, --endpoint and --connection-string",
        ),
    ],
)
def test_a_mistake_is_one_line_on_the_error_stream(arguments: list[str], reason: str) -> None:
    """Nothing on the standard output, so that a pipe gets nothing wrong."""
    done = call("client-url", *arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize(
    "arguments", [[], ["--hub", "h", "--minutes", "0"], ["--hub", "h", "--port", "1"]]
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    """As every command line does, with the usage on the error stream."""
    done = call("client-url", *arguments)
    assert done.returncode == 2
    assert "Usage: webpubsub client-url" in done.stderr
