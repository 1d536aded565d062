"""Tokens of the managed identity, from the official SDK and an endpoint like that of Azure.

Specification: upstream-events section 14.
"""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from tests.cli.processes import run_python
from tests.protocol.cloud_events.samples import CONNECT, HELLO
from tests.service.fakes import ManualLoop
from tests.service.webhooks.identities import IdentityEndpoint, serving_identities
from tests.service.webhooks.servers import Naps, Reply, Webhook, serving
from tests.service.wire import until
from webpubsub.protocol.outcomes import EventFailed, UserEventAccepted
from webpubsub.protocol.refusals import Refused
from webpubsub.service.hub_settings.model import EventHandlerSettings, ManagedIdentity
from webpubsub.service.webhooks.caller import Webhooks
from webpubsub.service.webhooks.identity import (
    REFRESH_MARGIN,
    TOKEN_TIMEOUT,
    Credential,
    IdentityTokens,
    sdk_credential,
)

RESOURCE = "api://my-app"


class Clock:
    """Tells the time that a test makes it, beginning with now."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def endpoint(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[IdentityEndpoint]:
    async with serving_identities(IdentityEndpoint(clock.now), monkeypatch) as endpoint:
        yield endpoint


@pytest.fixture
async def tokens(clock: Clock) -> AsyncIterator[IdentityTokens]:
    tokens = IdentityTokens(clock)
    yield tokens
    await tokens.close()


async def test_a_token_is_kept_until_shortly_before_it_expires(
    endpoint: IdentityEndpoint, tokens: IdentityTokens, clock: Clock
) -> None:
    """Each resource has its own."""
    assert await tokens.token(RESOURCE) == "token-1"
    clock.now += 3600 - REFRESH_MARGIN - 1
    assert await tokens.token(RESOURCE) == "token-1"
    assert await tokens.token("https://other/") == "token-2"
    assert [one["resource"] for one in endpoint.asked] == [RESOURCE, "https://other/"]


class Given(NamedTuple):
    """A token of a credential that is none of the SDK's."""

    token: str
    expires_on: int


class Slow:
    """A credential that gives numbered tokens, once it is let."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.scopes: list[str] = []
        self.gate = asyncio.Event()

    async def get_token(self, scope: str, /) -> Given:
        self.scopes.append(scope)
        await self.gate.wait()
        return Given(f"token-{len(self.scopes)}", int(self.clock.now) + 3600)

    async def close(self) -> None:
        self.gate.set()


async def test_it_is_asked_for_once_by_all_who_wait(clock: Clock) -> None:
    """Also when one of them does not wait to the end; and again when it is about to expire."""
    slow = Slow(clock)
    tokens = IdentityTokens(clock, lambda: slow)
    waiting = [asyncio.create_task(tokens.token(RESOURCE)) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.pop(0).cancel()
    slow.gate.set()
    assert await asyncio.gather(*waiting) == ["token-1"] * 4
    clock.now += 3600 - REFRESH_MARGIN + 1
    assert await tokens.token(RESOURCE) == "token-2"
    assert slow.scopes == [f"{RESOURCE}/.default"] * 2
    await tokens.close()


async def test_nothing_is_left_of_a_token_that_nobody_gets(clock: Clock) -> None:
    """Closing does not wait for it."""
    slow = Slow(clock)
    tokens = IdentityTokens(clock, lambda: slow)
    waiting = asyncio.create_task(tokens.token(RESOURCE))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.wait_for(tokens.close(), 1)
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_too_slow_an_identity(clock: Clock) -> None:
    """Is none, by the time that a test may move."""
    timers = ManualLoop()
    tokens = IdentityTokens(clock, lambda: Slow(clock), timers.asyncio)
    asking = asyncio.ensure_future(tokens.token(RESOURCE))
    await until(lambda: timers.waiting)
    timers.advance(TOKEN_TIMEOUT)
    with pytest.raises(Refused, match=r"saw no token after 30 seconds"):
        await asking


async def test_a_machine_without_an_identity(
    endpoint: IdentityEndpoint,
    tokens: IdentityTokens,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever the endpoint says is not repeated; the next event asks again."""
    endpoint.failure = 400
    with pytest.raises(Refused) as refused:
        await tokens.token(RESOURCE)
    kind = refused.value.refusal.kind
    assert (kind.code, kind.http_status) == ("webhook.identity.unavailable", 500)
    assert "ClientAuthenticationError with status 400" in str(refused.value)
    assert "token-secret" not in str(refused.value)
    endpoint.failure = None
    assert await tokens.token(RESOURCE) == "token-2"


async def test_without_the_extra(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that a program has made are not checked as those of a file are."""
    monkeypatch.setitem(sys.modules, "azure.identity.aio", None)
    with pytest.raises(Refused, match=r"saw no package azure-identity\. Install webpubsub\[ident"):
        await IdentityTokens(clock).token(RESOURCE)


def test_an_identity_of_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is named in the environment, as for every credential of the SDK."""
    seen: list[str | None] = []

    class Remembering:
        def __init__(self, client_id: str | None) -> None:
            seen.append(client_id)

    monkeypatch.setattr("azure.identity.aio.ManagedIdentityCredential", Remembering)
    monkeypatch.delenv("AZURE_CLIENT_ID", raising=False)
    made: list[Credential] = [sdk_credential()]
    monkeypatch.setenv("AZURE_CLIENT_ID", "me")
    made.append(sdk_credential())
    assert seen == [None, "me"]


def test_the_sdk_is_imported_only_when_a_token_is_needed() -> None:
    """The service starts without it, and sooner."""
    probe = "import sys, webpubsub.service.service\nprint('azure.identity' in sys.modules)"
    done = run_python("-c", probe)
    assert (done.stdout, done.returncode) == ("False\n", 0)


async def test_events_bring_the_token_and_the_question_does_not(
    endpoint: IdentityEndpoint, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """The same one for every event and every attempt; it is never logged."""
    caplog.set_level(logging.DEBUG)
    webhooks = Webhooks("localhost", clock=clock, sleep=Naps())
    async with serving(Webhook(Reply(204), Reply(503), Reply(204))) as webhook:
        settings = EventHandlerSettings(
            url_template=f"{webhook.url}/{{event}}", auth=ManagedIdentity(RESOURCE)
        )
        handler = webhooks.handler(settings, {})
        await handler.handle(CONNECT)
        assert await handler.handle(HELLO) == UserEventAccepted()
        plain = webhooks.handler(EventHandlerSettings(url_template=f"{webhook.url}/plain"), {})
        await plain.handle(HELLO)
        await webhooks.close()
    assert [one.header("Authorization") for one in webhook.events] == [
        *["Bearer token-1"] * 3,
        None,
    ]
    assert {one.header("Authorization") for one in webhook.questions} == {None}
    assert len(endpoint.asked) == 1
    assert "token-1" not in caplog.text


async def test_without_a_token_the_event_fails(
    endpoint: IdentityEndpoint, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Like every other failure of a webhook, which is not sent anything."""
    endpoint.failure = 401
    webhooks = Webhooks("localhost", clock=clock, sleep=Naps())
    async with serving(Webhook()) as webhook:
        settings = EventHandlerSettings(
            url_template=f"{webhook.url}/e", auth=ManagedIdentity(RESOURCE)
        )
        outcome = await webhooks.handler(settings, {}).handle(HELLO)
        await webhooks.close()
    assert isinstance(outcome, EventFailed)
    assert (outcome.status, webhook.events) == (500, [])
    assert outcome.message.startswith("webhook.identity.unavailable at ")
    assert "webhook.identity.unavailable: " in caplog.text
