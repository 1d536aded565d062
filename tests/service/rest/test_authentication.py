"""Whose calls are carried out. Specification: rest-api sections 3.1 to 3.4."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import msgspec
import pytest

from tests.service.rest.world import KEY, NOW, SECOND_KEY, SETTINGS, World, running_world
from webpubsub.protocol.access_tokens import sign

PATH = "/api/hubs/CHAT/groups/room/:closeConnections"
TARGET = PATH + "?reason=x&api-version=2024-12-01"


def claims(world: World, **others: Any) -> dict[str, Any]:
    given = {"aud": world.base + PATH, "exp": NOW + 60, **others}
    return {name: value for name, value in given.items() if value is not None}


def with_algorithm(world: World, algorithm: str) -> str:
    key = "" if algorithm == "none" else KEY * 2
    return jwt.encode(claims(world), key, algorithm=algorithm)


def altered(world: World) -> str:
    """A valid token whose payload has been replaced."""
    head, _, signature = sign(claims(world), KEY).split(".")
    payload = base64.urlsafe_b64encode(msgspec.json.encode(claims(world, exp=NOW + 61)))
    return f"{head}.{payload.decode().rstrip('=')}.{signature}"


ACCEPTED: Mapping[str, Callable[[World], str]] = {
    "the primary key": lambda world: sign(claims(world), KEY),
    "the second key": lambda world: sign(claims(world), SECOND_KEY),
    "just expired": lambda world: sign(claims(world, exp=NOW - 299), KEY),
    "a clock that is ahead": lambda world: sign(claims(world, nbf=NOW + 300), KEY),
    "other claims": lambda world: sign(claims(world, iat=NOW + 9999, iss="x", sub="u"), KEY),
    "a kid": lambda world: jwt.encode(claims(world), KEY, headers={"kid": "s-1"}),
    "several audiences": lambda world: sign(
        claims(world, aud=["https://elsewhere", world.base + PATH]), KEY
    ),
}

REFUSED: Mapping[str, Callable[[World], str]] = {
    "no token": lambda _: "",
    "not a token": lambda _: "x",
    "two parts": lambda _: "a.b",
    "no base64": lambda _: "!.!.!",
    "beyond ASCII": lambda world: sign(claims(world), KEY) + "é",
    "another key": lambda world: sign(claims(world), "k" * 40),
    "altered": altered,
    "without signature": lambda world: with_algorithm(world, "none"),
    "HS384": lambda world: with_algorithm(world, "HS384"),
    "HS512": lambda world: with_algorithm(world, "HS512"),
    "expired": lambda world: sign(claims(world, exp=NOW - 301), KEY),
    "no expiry": lambda world: sign(claims(world, exp=None), KEY),
    "an expiry that is no number": lambda world: sign(claims(world, exp="never"), KEY),
    "not yet valid": lambda world: sign(claims(world, nbf=NOW + 301), KEY),
    "no audience": lambda world: sign(claims(world, aud=None), KEY),
    "no audience in a list": lambda world: sign(claims(world, aud=[]), KEY),
}


@pytest.mark.parametrize("token", ACCEPTED.values(), ids=ACCEPTED.keys())
async def test_accepted_tokens(world: World, token: Callable[[World], str]) -> None:
    """What is good enough, to the second."""
    assert (await world.call("POST", TARGET, token=token(world))).status == 204


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED.keys())
async def test_refused_tokens(world: World, token: Callable[[World], str]) -> None:
    """What is not good enough changes nothing, and the answer names the scheme."""
    world.client("c", groups=["room"])
    answer = await world.call("POST", TARGET, token=token(world))
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "code" not in answer.error
    assert world.members("room") == {"c"}


SCHEMES = {
    "Bearer {}": 204,
    "bearer {}": 204,
    "BEARER   {}  ": 204,
    "Basic {}": 401,
    "{}": 401,
    "Bearer": 401,
    "": 401,
}


@pytest.mark.parametrize(("header", "status"), SCHEMES.items())
async def test_schemes(world: World, header: str, status: int) -> None:
    """The scheme is Bearer in any letter case, and white space does not count."""
    value = header.format(world.token(PATH))
    answer = await world.call("POST", PATH, token="", headers={"Authorization": value})
    assert answer.status == status


#: {base} is the URL of the service, {at} its host and port.
AUDIENCES = {
    "{base}/api/hubs/CHAT/groups/room/:closeConnections": 204,
    "{base}/api/hubs/CHAT/groups/room/:closeConnections?api-version=1": 204,
    "{base}/api/hubs/chat/groups/ROOM/:CLOSEconnections": 204,
    "{base}/api/hubs/CHAT/groups/room/%3AcloseConnections": 204,
    "{base}/api/hubs/CHAT/groups/room/:closeConnections/": 204,
    "{base}/api/hubs/CHAT/groups/room/:closeConnections/child": 204,
    "https://{at}/api/hubs/CHAT/groups/room/:closeConnections": 204,
    "wss://{at}/api/hubs/CHAT/groups/room/:closeConnections": 204,
    "ftp://{at}/api/hubs/CHAT/groups/room/:closeConnections": 401,
    "{at}/api/hubs/CHAT/groups/room/:closeConnections": 401,
    "http://localhost/api/hubs/CHAT/groups/room/:closeConnections": 401,
    "http://{at}0/api/hubs/CHAT/groups/room/:closeConnections": 401,
    "http://x@{at}/api/hubs/CHAT/groups/room/:closeConnections": 401,
    "{base}/api/hubs/CHAT/groups/room/:closeConnectionsSuffix": 401,
    "{base}/api/hubs/CHAT/groups/room/:closeConnections%253Fquery": 401,
    "{base}/api/hubs/CHAT/groups/room": 401,
    "{base}/api/hubs/CHAT": 401,
    "{base}": 401,
    "{base}/api/hubs/CHAT/groups/other/:closeConnections": 401,
    "{base}/api/hubs/other/groups/room/:closeConnections": 401,
    "{base}/client/hubs/CHAT": 401,
    "https://webpubsub.azure.com": 401,
    "": 401,
}


@pytest.mark.parametrize(("audience", "status"), AUDIENCES.items())
async def test_audiences(world: World, audience: str, status: int) -> None:
    """A token is good for one host, port and path, whatever the scheme and the query."""
    audience = audience.format(base=world.base, at=world.authority)
    token = sign(claims(world, aud=audience), KEY)
    assert (await world.call("POST", PATH, token=token)).status == status


ESCAPED = "/api/hubs/chat%5B1%5D/groups/room%2Fpart/:closeConnections"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (ESCAPED, 204),
        ("/api/hubs/chat[1]/groups/room%2Fpart/:closeConnections", 204),
        ("/api/hubs/chat[1]/groups/room/part/:closeConnections", 401),
    ],
)
async def test_escaped_paths(world: World, path: str, status: int) -> None:
    """The path of the audience may be the one on the wire or the decoded one."""
    answer = await world.call("POST", ESCAPED, token=world.token(path))
    assert answer.status == status


async def test_behind_a_proxy() -> None:
    """The public endpoint counts besides the host that was asked, and no other does."""
    settings = msgspec.structs.replace(SETTINGS, public_endpoint="https://Example.com:8443")
    async with running_world(settings) as world:
        for host, status in (("example.com:8443", 204), ("example.com", 401)):
            token = sign(claims(world, aud=f"https://{host}{PATH}"), KEY)
            assert (await world.call("POST", PATH, token=token)).status == status
        assert (await world.call("POST", PATH)).status == 204


async def test_another_host_header_is_another_audience(world: World) -> None:
    """The host is the one that the request names."""
    headers = {"Host": "elsewhere"}
    assert (await world.call("POST", PATH, headers=headers)).status == 401
    token = sign(claims(world, aud=f"http://elsewhere{PATH}"), KEY)
    assert (await world.call("POST", PATH, token=token, headers=headers)).status == 204


async def test_a_hostile_token_is_a_refusal(world: World) -> None:
    """A header that is nested too deeply is the caller's mistake, not a fault of the service."""
    head = base64.urlsafe_b64encode(b"[" * 3000).decode().rstrip("=")
    assert (await world.call("POST", PATH, token=f"{head}.e30.x")).status == 401


#: What an Entra token may say, and how a service answers that takes its word.
ENTRA: Mapping[str, tuple[dict[str, Any], int]] = {
    "valid": ({}, 204),
    "just expired": ({"exp": NOW - 299}, 204),
    "expired": ({"exp": NOW - 301}, 401),
    "no expiry": ({"exp": None}, 401),
    "too early": ({"nbf": NOW + 301}, 401),
    "another audience": ({"aud": "https://webpubsub.azure.com/"}, 401),
    "another letter case": ({"aud": "https://webpubsub.azure.COM"}, 401),
    "several audiences": ({"aud": ["https://webpubsub.azure.com"]}, 401),
}


@pytest.mark.parametrize(("claims", "status"), ENTRA.values(), ids=ENTRA)
async def test_entra_tokens(world: World, claims: dict[str, Any], status: int) -> None:
    """Nobody looks at their signature, so only a service that is told to takes them."""
    given = {"aud": "https://webpubsub.azure.com", "exp": NOW + 60, **claims}
    token = sign({name: value for name, value in given.items() if value is not None}, "k" * 40)
    assert (await world.call("POST", PATH, token=token)).status == 401
    trusting = msgspec.structs.replace(SETTINGS, accept_unvalidated_entra_tokens=True)
    async with running_world(trusting) as other:
        assert (await other.call("POST", PATH, token=token)).status == status


async def test_keys_still_count_where_entra_does(world: World) -> None:
    """A service that takes Entra tokens takes those of its keys too, and no others."""
    trusting = msgspec.structs.replace(SETTINGS, accept_unvalidated_entra_tokens=True)
    async with running_world(trusting) as other:
        assert (await other.call("POST", TARGET)).status == 204
        for token in ("x", "a.b.c", other.token(TARGET, key="k" * 40)):
            assert (await other.call("POST", TARGET, token=token)).status == 401
