"""Asking webhooks whether they want events.

Specification: upstream-events sections 4, 14 and 17.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator

import pytest

from tests.service.webhooks.servers import (
    ALLOWED,
    Naps,
    Received,
    Reply,
    Webhook,
    serving,
)
from tests.service.wire import until
from webpubsub.protocol.refusals import RefusalKind, Refused
from webpubsub.protocol.refusals.webhooks import NOT_ALLOWED, VALIDATION_FAILED
from webpubsub.service.observation import (
    ObservationPoint,
    Sighting,
    ValidationAnswered,
    ValidationAsked,
)
from webpubsub.service.webhooks import validation
from webpubsub.service.webhooks.exchange import Exchange
from webpubsub.service.webhooks.validation import Validator
from webpubsub.testing.clock import Clock

REFUSED = Reply(200)


class World:
    """A validator whose time a test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.clock = Clock(flows=True)
        self.naps = Naps()
        self.exchange = Exchange(self.clock, sleep=self.naps)
        self.point = ObservationPoint()
        self.validator = Validator(
            self.exchange, origin="localhost", clock=lambda: self.now, point=self.point
        )

    async def allows(self, url: str) -> bool:
        """Whether an event may go there now."""
        try:
            await self.validator.require(url)
        except Refused:
            return False
        return True

    async def settle(self) -> None:
        """Wait for what is asked in the background."""
        await asyncio.gather(*self.validator._tasks)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    yield world
    await world.validator.close()
    await world.exchange.close()
    assert not world.validator._tasks


async def test_the_request(world: World) -> None:
    """OPTIONS with the origin and the version, to the URL as it is, query included."""
    async with serving(Webhook()) as webhook:
        assert await world.allows(f"{webhook.url}/eh/validate?code=1")
    (question,) = webhook.requests
    assert (question.method, question.target) == ("OPTIONS", "/eh/validate?code=1")
    assert question.header("WebHook-Request-Origin") == "localhost"
    assert question.header("ce-awpsversion") == "1.0"
    absent = ("ce-signature", "Cookie", "Authorization", "Content-Type", "WebHook-Request-Rate")
    assert [question.header(name) for name in absent] == [None] * 5
    assert question.body == b""


@pytest.mark.parametrize(
    ("answers", "allowed", "methods"),
    [
        ([ALLOWED], True, "OPTIONS"),
        ([Reply(204, [("webhook-allowed-origin", "LOCALHOST")])], True, "OPTIONS"),
        ([REFUSED], False, "OPTIONS"),
        ([Reply(401), ALLOWED], False, "OPTIONS"),
        ([Reply(405), ALLOWED], False, "OPTIONS"),
        ([Reply(302, [("Location", "/")]), ALLOWED], False, "OPTIONS"),
        ([Reply(404), ALLOWED], True, "OPTIONS GET"),
        ([Reply(404), REFUSED], False, "OPTIONS GET"),
        ([Reply(404), Reply(404), ALLOWED], False, "OPTIONS GET"),
        ([Reply(503), ALLOWED], True, "OPTIONS OPTIONS"),
        ([Reply(408), Reply(404), Reply(500), ALLOWED], True, "OPTIONS OPTIONS GET GET"),
        ([Reply(500)], False, "OPTIONS OPTIONS OPTIONS OPTIONS"),
    ],
)
async def test_answers(answers: list[Reply], allowed: bool, methods: str, world: World) -> None:
    """404 is asked again with GET, and what may pass is tried again."""
    async with serving(Webhook(validation=answers)) as webhook:
        assert await world.allows(webhook.url) is allowed
    assert " ".join(question.method for question in webhook.requests) == methods


def test_the_time_for_an_answer() -> None:
    """10 seconds (upstream-events section 17)."""
    assert validation.VALIDATION_TIMEOUT == 10.0


async def test_nobody_is_there_to_be_asked(world: World) -> None:
    """A refused connection is tried again like an event."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        assert not await world.allows(f"http://127.0.0.1:{held.getsockname()[1]}/")
    assert world.naps.seconds == [1.0, 3.0, 5.0]


async def test_concurrent_events_share_one_question(world: World) -> None:
    """All who come while the first one waits get its answer, even when the first one leaves."""
    release = asyncio.Event()

    async def slowly(received: Received) -> Reply:
        await release.wait()
        return ALLOWED

    async with serving(Webhook(validation=[slowly])) as webhook:
        waiting = [asyncio.ensure_future(world.allows(webhook.url)) for _ in range(5)]
        await until(lambda: webhook.requests)
        waiting.pop(0).cancel()
        release.set()
        assert await asyncio.gather(*waiting) == [True] * 4
    assert len(webhook.requests) == 1


async def test_trust_is_refreshed_in_the_background(world: World) -> None:
    """After a minute the next event asks, goes through all the same, and the answer counts from
    then on."""
    async with serving(Webhook(validation=[ALLOWED, REFUSED])) as webhook:
        assert await world.allows(webhook.url)
        world.now = 59
        assert await world.allows(webhook.url)
        assert len(webhook.requests) == 1
        world.now = 60
        assert await world.allows(webhook.url)
        await world.settle()
        assert len(webhook.requests) == 2
        assert not await world.allows(webhook.url)


async def test_the_back_off_is_kept(world: World) -> None:
    """Between attempts nothing is sent; an attempt is made by an event, which is itself refused."""
    async with serving(Webhook(validation=[REFUSED, REFUSED, ALLOWED])) as webhook:
        asked = []
        for now in (0, 0.9, 1, 2.9, 3, 3):
            world.now = now
            allowed = await world.allows(webhook.url)
            await world.settle()
            asked.append((len(webhook.requests), allowed))
    assert asked == [(1, False), (1, False), (2, False), (2, False), (3, False), (3, True)]


async def test_urls_are_validated_apart(world: World) -> None:
    """Two queries are two webhooks."""
    async with serving(Webhook(validation=[ALLOWED, REFUSED])) as webhook:
        assert await world.allows(f"{webhook.url}/?code=1")
        assert not await world.allows(f"{webhook.url}/?code=2")
        assert await world.allows(f"{webhook.url}/?code=1")


async def test_a_webhook_that_does_not_answer(world: World) -> None:
    """Time is up for OPTIONS once, and there is no second attempt."""

    async def never(received: Received) -> Reply:
        await world.clock.advance(10)
        await asyncio.sleep(5)
        return ALLOWED

    async with serving(Webhook(validation=[never])) as webhook:
        with pytest.raises(Refused) as refused:
            await world.validator.require(webhook.url)
    assert refused.value.refusal.kind.code == "webhook.validation.unreachable"
    assert refused.value.refusal.seen == "no answer after 10 seconds"
    assert len(webhook.requests) == 1


async def test_the_log_says_why(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """One line for every refusal and one when it is over, without the query of the URL."""
    caplog.set_level(logging.INFO, "webpubsub.service.webhooks")
    wrong = Reply(200, [("WebHook-Allowed-Origin", "localhost:8080")])
    async with serving(Webhook(validation=[wrong, ALLOWED])) as webhook:
        for now in (0, 0.5, 1):
            world.now = now
            await world.allows(f"{webhook.url}/validate?code=secret")
            await world.settle()
    refused, allowed = caplog.messages
    assert refused.startswith(f"{webhook.url}/validate: webhook.validation.refused: ")
    assert "'localhost:8080'" in refused
    assert allowed == f"{webhook.url}/validate allows events again"
    assert "secret" not in caplog.text


async def test_closing_ends_questions(world: World) -> None:
    """Nobody is asked after the service has stopped."""

    async def never(received: Received) -> Reply:
        await asyncio.sleep(5)
        return ALLOWED

    async with serving(Webhook(validation=[never])) as webhook:
        waiting = asyncio.ensure_future(world.allows(webhook.url))
        await until(lambda: webhook.requests)
        await world.validator.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await world.exchange.close()


async def test_only_so_many_are_remembered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten, and asked again when it is needed."""
    monkeypatch.setattr(validation, "_MAX_REMEMBERED", 2)
    async with serving(Webhook()) as webhook:
        for path in ("/1", "/2", "/3", "/3", "/1"):
            assert await world.allows(webhook.url + path)
    assert [question.target for question in webhook.requests] == ["/1", "/2", "/3", "/1"]


@pytest.mark.parametrize(
    ("answers", "status", "attempts", "kind"),
    [
        ([ALLOWED], 200, 1, None),
        ([Reply(404), Reply(503), ALLOWED], 200, 3, None),
        ([REFUSED], 200, 1, NOT_ALLOWED),
    ],
)
async def test_what_is_seen_of_it(
    world: World, answers: list[Reply], status: int, attempts: int, kind: RefusalKind | None
) -> None:
    """A question and an answer, in a span that the webhook is told; never what may be secret."""
    seen: list[Sighting] = []
    world.point.attach(seen.append)
    async with serving(Webhook(validation=answers)) as webhook:
        await world.allows(f"{webhook.url}/eh?code=secret")
        asked, answered = (sighting.item for sighting in seen)
        assert isinstance(asked, ValidationAsked)
        assert "secret" not in asked.url
        assert isinstance(answered, ValidationAnswered)
        assert (answered.url, answered.status, answered.attempts) == (asked.url, status, attempts)
        assert (answered.refusal and answered.refusal.kind) == kind
        span = seen[0].span
        assert span is not None
        assert seen[1].span == span
        sent = {request.header("traceparent") for request in webhook.requests}
        assert sent == {span.trace_parent}


async def test_a_webhook_that_is_not_there_is_seen(world: World) -> None:
    """The question has an end."""
    seen: list[Sighting] = []
    world.point.attach(seen.append)
    await world.allows("http://localhost:1/eh")
    answered = seen[-1].item
    assert isinstance(answered, ValidationAnswered)
    assert (answered.status, answered.refusal and answered.refusal.kind) == (
        None,
        VALIDATION_FAILED,
    )
