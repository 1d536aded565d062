"""URLs for test clients, and what is wrong with tokens. Specification: client-protocols 1.3."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.service.wire import running
from webpubsub.dashboard.answers import BadCall
from webpubsub.dashboard.client_urls import client_url, inspected
from webpubsub.protocol.access_tokens import sign
from webpubsub.service.service import Service
from webpubsub.service.settings import DEVELOPMENT_KEY

NOW = 1_700_000_000.0
HOST = "127.0.0.1:1234"
AUDIENCE = f"http://{HOST}/client/hubs/chat"


def _body(**members: Any) -> bytes:
    return json.dumps(members).encode()


async def test_a_url_is_as_good_as_it_says() -> None:
    """What is made here passes what is checked here."""
    async with running() as service:
        made = await client_url(
            service, _body(hub="chat", userId="alice", roles=["r"], groups=["g"], minutes=5)
        )
        host = urlsplit(made["url"]).netloc
        found = inspected(
            service, _body(token=made["url"], hub="chat", host=host), service._clock()
        )
        assert found["valid"]
        assert {check.result for check in found["checks"]} == {"passed"}
        assert (found["user"], found["roles"], found["groups"]) == ("alice", ("r",), ("g",))
        elsewhere = inspected(service, _body(token=made["url"], hub="other", host=host), 0)
        assert not elsewhere["valid"]


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"hub": "a b"}, "'a b' is not a hub name"),
        ({"hub": "chat", "minutes": 0}, "1 to 525600 minutes"),
        ({"hub": "chat", "roles": "r"}, "roles"),
        ({}, "hub"),
    ],
)
async def test_what_is_wrong_with_a_wish(members: dict[str, Any], why: str) -> None:
    """Is said in one sentence."""
    with pytest.raises(BadCall, match=why):
        await client_url(Service(), _body(**members))


def _inspect(token: str) -> dict[str, Any]:
    return inspected(Service(), _body(token=token, hub="chat", host=HOST), NOW)


@pytest.mark.parametrize(
    ("claims", "failed"),
    [
        ({}, None),
        ({"exp": NOW - 4000}, "token.expired"),
        ({"aud": "http://elsewhere/client/hubs/chat"}, "token.audience"),
        ({"aud": f"http://{HOST}/client/hubs/other"}, "token.audience"),
    ],
)
def test_the_claim_that_fails(claims: dict[str, Any], failed: str | None) -> None:
    """Is named, and all claims are shown."""
    token = sign({"aud": AUDIENCE, "exp": NOW + 60, "sub": "alice", **claims}, DEVELOPMENT_KEY)
    for form in (token, f"  Bearer {token}\n", f"ws://x/client/hubs/chat?access_token={token}&a=b"):
        found = _inspect(form)
        codes = [check.code for check in found["checks"] if check.result == "failed"]
        assert codes == ([failed] if failed else [])
        assert found["claims"]["sub"] == "alice"


def test_a_token_with_another_signature_is_read_all_the_same() -> None:
    """Whoever asks wants to know what is in it."""
    token = sign({"aud": AUDIENCE, "sub": "alice"}, "another-key-that-is-long-enough-too")
    found = _inspect(token)
    assert not found["valid"]
    assert found["user"] == "alice"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.e30.c", "a.W10.c", "ü.ü.ü"])
def test_what_is_no_token(token: str) -> None:
    """Has no claims, and does no harm."""
    found = _inspect(token)
    assert not found["valid"]
    assert found["claims"] == {}
