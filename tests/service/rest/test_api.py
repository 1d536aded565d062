"""The REST API as a whole: order of checks, headers, logs and what is not an operation.

Specification: rest-api sections 1, 1.1, 3.4 and 7.
"""

import logging
from collections.abc import AsyncIterator

import pytest

from tests.service.rest.world import World
from webpubsub.protocol.operations import HubQuery
from webpubsub.service.rest.operations import OPERATIONS

VERSIONS = "2021-10-01, 2022-11-01, 2023-07-01, 2024-01-01, 2024-12-01"
SEND = "/api/hubs/chat/:send"

#: One target for each template.
TARGETS = [
    (
        operation.method,
        operation.path.format(
            hub="chat", group="room", userId="u", connectionId="c", permission="sendToGroup"
        ),
    )
    for operation in OPERATIONS
    if not operation.anonymous
]


@pytest.mark.parametrize(("method", "path"), TARGETS)
async def test_every_operation_needs_a_token(world: World, method: str, path: str) -> None:
    """There is no way around authentication but for health."""
    answer = await world.call(method, path, token="")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert method != "HEAD" or answer.body == b""


@pytest.mark.parametrize(("method", "path"), [*TARGETS, ("HEAD", "/api/health")])
async def test_every_operation_checks_the_version(world: World, method: str, path: str) -> None:
    """A version that does not exist is refused everywhere, with a token that covers any query."""
    token = world.token(path)
    answer = await world.call(method, path + "?api-version=2030-01-01", token=token)
    assert answer.status == 400
    if method != "HEAD":
        assert answer.error == {
            "code": "Error.BadRequest",
            "message": "The API version is not supported.",
            "target": "api-version",
        }


@pytest.mark.parametrize(("method", "path"), TARGETS)
async def test_every_operation_checks_names(world: World, method: str, path: str) -> None:
    """A hub that cannot exist is refused everywhere."""
    answer = await world.call(method, path.replace("/chat", "/my-hub"))
    assert answer.status == 400
    if method != "HEAD":
        assert answer.error == {
            "code": "Error.BadRequest",
            "message": "The hub name is invalid.",
            "target": "Request",
        }


JSON = "application/json"
#: Token, target, content type, whether the body has a length, the status and what the message says.
#: Each is also wrong in every way that comes below it.
ORDER = (
    ("a.b.c", "-/:send?api-version=x&messageTtlSeconds=x&filter=x", "x", 401, "access token"),
    (None, "-/:send?api-version=x&messageTtlSeconds=x&filter=x", "x", 400, "The API version"),
    (None, "-/:send?messageTtlSeconds=x&filter=x", "x", 400, "The hub name"),
    (None, "a/:send?messageTtlSeconds=x&filter=x", "x", 400, "messageTtlSeconds"),
    (None, "a/:send?filter=x", "x", 400, "Invalid syntax for 'x'"),
    (None, "a/:send", "x", 400, "Invalid Content-Length header."),
    (None, "a/:send", "x", 415, "The content type"),
    (None, "a/:send", JSON, 400, "The request body"),
    (None, "a/:send", "text/plain", 400, "Invalid metadata"),
)


async def _in_chunks() -> AsyncIterator[bytes]:
    yield b"{"


@pytest.mark.parametrize(("token", "rest", "content_type", "status", "said"), ORDER)
async def test_the_order_of_checks(
    world: World, token: str | None, rest: str, content_type: str, status: int, said: str
) -> None:
    """Token, version, names, parameters, filter, length, content type, body and metadata."""
    headers = {"Content-Type": content_type, "X-WebPubSub-Metadata-a": "é"}
    has_length = status == 415 or content_type != "x"
    data = b"{" if has_length else _in_chunks()
    answer = await world.call("POST", "/api/hubs/" + rest, data=data, token=token, headers=headers)
    assert answer.status == status
    assert said in answer.error["message"]


HEADERS = (
    ("POST", SEND, 202),
    ("HEAD", "/api/health", 200),
    ("DELETE", "/api/hubs/chat/connections/c", 204),
    ("HEAD", "/api/hubs/chat/connections/c", 404),
    ("PUT", "/api/hubs/chat/groups/g/connections/c", 404),
    ("GET", "/api/nothing", 404),
    ("GET", SEND, 405),
    ("HEAD", SEND, 405),
    ("GET", "/api/%FF", 400),
)


@pytest.mark.parametrize(("method", "target", "status"), HEADERS)
async def test_every_answer_lists_the_versions(
    world: World, method: str, target: str, status: int
) -> None:
    """Success or error, the header is there with its exact text."""
    answer = await world.call(method, target)
    assert (answer.status, answer.headers["api-supported-versions"]) == (status, VERSIONS)


@pytest.mark.parametrize(
    "target", ["/health", "/api", "/api/hubs/chat", "/api/hubs/chat/:nothing", "/favicon.ico"]
)
async def test_unknown_paths(world: World, target: str) -> None:
    """What is not there is a 404 with a body, with or without a token."""
    answer = await world.call("GET", target, token="")
    assert (answer.status, answer.error["code"]) == (404, "Error.NotFound")
    assert (await world.call("HEAD", target)).body == b""


async def test_another_method(world: World) -> None:
    """A path that exists names its methods."""
    answer = await world.call("PATCH", "/api/hubs/chat/groups/g/connections/c")
    assert (answer.status, answer.headers["Allow"]) == (405, "DELETE, PUT")
    assert answer.error["code"] == "Error.MethodNotAllowed"


TARGET_PROBLEMS = {
    "/api/hubs/chat/users/%FF": "it is not percent-encoded UTF-8",
    "/api/hubs/chat/users/u?" + "a&" * 1000: "it has 1001 parameters, where 1000 are allowed",
}


@pytest.mark.parametrize(("target", "problem"), TARGET_PROBLEMS.items(), ids=["path", "query"])
async def test_targets_that_cannot_be_read(world: World, target: str, problem: str) -> None:
    """What is wrong with it is said, to anybody."""
    answer = await world.call("GET", target, token="")
    assert answer.status == 400
    assert answer.error == {
        "code": "Error.BadRequest",
        "message": f"The request target is invalid: {problem}.",
        "target": "Request",
    }


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_front_page(world: World, method: str) -> None:
    """Somebody who opens the endpoint in a browser is told what it is."""
    answer = await world.call(method, "/", token="")
    assert answer.status == 200
    assert (b"Web PubSub" in answer.body) == (method == "GET")


SEGMENTS = {
    "tenant%2Falice": "tenant%2Falice",
    "tenant%252Falice": "tenant%2Falice",
    "alice%20smith": "alice smith",
    "alice+bob": "alice+bob",
    "%E4%BD%A0": "你",
    "..": "..",
    "a%3Fb": "a?b",
}


@pytest.mark.parametrize(("segment", "user"), SEGMENTS.items())
async def test_names_in_paths(world: World, segment: str, user: str) -> None:
    """A name on the wire means what the specification says, and nothing normalizes it away."""
    world.client("c", user_id=user)
    assert (await world.call("HEAD", f"/api/hubs/chat/users/{segment}")).status == 200
    assert (await world.call("HEAD", f"/api/hubs/chat/users/{segment}x")).status == 404


async def test_refusals_are_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A refusal is one line with its code, and a client cannot write a line of its own."""
    await world.call("PUT", "/api/hubs/chat/groups/g/connections/c")
    assert not caplog.records, "what does not exist is logged below warnings"
    await world.call("POST", "/api/hubs/a%0Ab/:send?api-version=2024-12-01")
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "rest.hub.invalid" in record.getMessage()
    assert record.getMessage().isprintable()


async def test_names_in_logs_are_harmless(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Not even a name that the hub itself quotes can break a line."""
    caplog.set_level(logging.INFO, logger="webpubsub.service.rest")
    await world.call("PUT", "/api/hubs/chat/groups/g/connections/c%0AERROR%1b%5B31m")
    [record] = caplog.records
    assert "hub.connection.unknown" in record.getMessage()
    assert record.getMessage().isprintable()


async def test_tokens_are_not_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a token nor the query of a request is in a log."""
    token = world.token("/elsewhere")
    await world.call("POST", SEND + "?reason=secret", token=token)
    assert "token.audience" in caplog.text
    assert token not in caplog.text
    assert "secret" not in caplog.text


async def test_a_fault_of_the_service(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What goes wrong in the service is a 500 with nothing about its insides, and a traceback."""

    async def fail(_: HubQuery) -> bool:
        raise RuntimeError("inside")

    monkeypatch.setattr(world.hubs, "ask", fail)
    answer = await world.call("HEAD", "/api/hubs/chat/groups/g")
    assert (answer.status, answer.body) == (500, b"")
    assert "RuntimeError: inside" in caplog.text
