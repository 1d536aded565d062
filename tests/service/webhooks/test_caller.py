"""Events that go to a webhook, and what becomes of them.

Specification: upstream-events sections 4, 5, 8.1, 8.2, 13 and 17.
"""

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.protocol.cloud_events.samples import (
    CONNECT,
    CONNECTED,
    DISCONNECTED,
    HELLO,
    a_user_event,
)
from tests.service.webhooks.servers import Naps, Received, Reply, Webhook, serving
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    Notified,
    UserEventAccepted,
)
from webpubsub.service.hub_settings.model import EventHandlerSettings
from webpubsub.service.observation import (
    Sighting,
    ValidationAnswered,
    ValidationAsked,
    WebhookAnswered,
    WebhookCalled,
)
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.webhooks.caller import EVENT_TIMEOUT, Webhooks
from webpubsub.service.webhooks.http_pool import HttpPool
from webpubsub.testing.clock import Clock

TEXT_REPLY = Reply(200, [("Content-Type", "text/plain"), ("ce-connectionState", "s")], b"ok")
NOW = 1_790_000_000.0


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def clock() -> Clock:
    """Goes with the machine's, and is moved on."""
    return Clock(flows=True)


@pytest.fixture
async def webhooks(clock: Clock, naps: Naps) -> AsyncIterator[Webhooks]:
    webhooks = Webhooks("localhost", clock=lambda: NOW, timers=clock, sleep=naps)
    yield webhooks
    await webhooks.close()


async def ask(
    webhooks: Webhooks,
    webhook: Webhook,
    *events: AnyEventRequest,
    template: str = "/eh/{hub}/{event}?code=secret",
    cookies: dict[str, str] | None = None,
) -> list[EventOutcome]:
    """What becomes of the events of one connection."""
    settings = EventHandlerSettings(url_template=webhook.url + template)
    handler = webhooks.handler(settings, {} if cookies is None else cookies)
    return [await handler.handle(event) for event in events]


def test_the_overall_timeout() -> None:
    """Upstream-events section 13."""
    assert EVENT_TIMEOUT == ServiceSettings().event_timeout == 100.0


async def test_a_webhook_that_takes_too_long(clock: Clock) -> None:
    """Fails the event once the time that is set is over, and is not called again."""

    async def dawdle(received: Received) -> Reply:
        await clock.advance(50)
        await asyncio.sleep(5)
        return Reply()

    hasty = Webhooks("localhost", timers=clock, timeout=50)
    async with serving(Webhook(dawdle)) as webhook:
        (outcome,) = await ask(hasty, webhook, HELLO)
        await hasty.close()
    assert isinstance(outcome, EventFailed)
    assert outcome.message.startswith("webhook.timeout at ")
    assert outcome.message.endswith(": no answer after 50 seconds")
    assert (outcome.status, len(webhook.events)) == (500, 1)


async def test_a_webhook_that_hangs_is_not_in_the_way_of_others() -> None:
    """It keeps as many places as are left for them. Whoever waits for one has no longer for that
    than for an answer, and is told why there was none."""
    is_full, places, come = asyncio.Event(), 8, 20

    async def hang(received: Received) -> Reply:
        if len(hung.events) == places // 2:
            is_full.set()
        await asyncio.Event().wait()
        return Reply()

    clock = Clock()
    webhooks = Webhooks("localhost", timers=clock)
    webhooks.exchange._pool = HttpPool(limit=places)
    async with serving(Webhook(hang)) as hung, serving(Webhook(TEXT_REPLY)) as sound:
        asking = [asyncio.ensure_future(ask(webhooks, hung, HELLO)) for _ in range(come)]
        await asyncio.wait_for(is_full.wait(), 5)
        for _ in range(places):
            outcomes = await asyncio.wait_for(ask(webhooks, sound, HELLO, HELLO), 5)
            assert all(isinstance(outcome, UserEventAccepted) for outcome in outcomes)
        assert len(hung.events) == places // 2
        await clock.advance(100)
        late = [outcome for (outcome,) in await asyncio.gather(*asking)]
        await webhooks.close()
        assert len(hung.events) == places // 2
    messages = Counter(one.message for one in late if isinstance(one, EventFailed))
    seen = f"webhook.timeout at {hung.url}/eh/chat/hi: no answer after 100 seconds"
    waited = f"{seen}, and no place to ask for it: 4 of 8 places taken, 4 of them by this server"
    assert messages == {seen: places // 2, waited: come - places // 2}


async def test_a_life_of_a_connection(webhooks: Webhooks) -> None:
    """The webhook is asked once, then gets every event at its own URL."""
    reply = Reply(200, [("Content-Type", "application/json")], b'{"userId":"alice"}')
    async with serving(Webhook(reply, Reply(204), TEXT_REPLY, Reply(200))) as webhook:
        outcomes = await ask(webhooks, webhook, CONNECT, CONNECTED, HELLO, DISCONNECTED)
    assert outcomes == [
        ConnectAccepted(user_id="alice"),
        Notified(),
        UserEventAccepted(reply=Message(DataType.TEXT, b"ok"), connection_state="s"),
        Notified(),
    ]
    assert [(request.method, request.target) for request in webhook.requests] == [
        ("OPTIONS", "/eh/chat/validate?code=secret"),
        ("POST", "/eh/chat/connect?code=secret"),
        ("POST", "/eh/chat/connected?code=secret"),
        ("POST", "/eh/chat/hi?code=secret"),
        ("POST", "/eh/chat/disconnected?code=secret"),
    ]
    ids = [request.header("x-ms-client-request-id") for request in webhook.events]
    assert len(set(ids)) == 4
    assert all(str(uuid.UUID(one or "")) == one for one in ids)
    assert webhook.events[2].body == b"hello"


@pytest.mark.parametrize("event", [CONNECT, HELLO, CONNECTED, DISCONNECTED])
@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (Reply(401, body=b"who are you"), 401, "webhook.answer.status"),
        (Reply(403), 403, "webhook.answer.status"),
        (Reply(404), 404, "webhook.answer.status"),
        (Reply(429), 429, "webhook.answer.status"),
        (Reply(302, [("Location", "/x")]), 302, "webhook.answer.status"),
        (Reply(503), 503, "webhook.answer.status"),
    ],
)
async def test_failures(
    event: AnyEventRequest,
    reply: Reply,
    status: int,
    code: str,
    webhooks: Webhooks,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A failure keeps its status, and the log says why without the query of the URL."""
    async with serving(Webhook(reply)) as webhook:
        (outcome,) = await ask(webhooks, webhook, event)
    assert isinstance(outcome, EventFailed)
    assert outcome.status == status
    assert outcome.message.startswith(code)
    (line,) = caplog.messages
    name = event.connection_context.event_name
    assert line.startswith(f"{webhook.url}/eh/chat/{name}, '{name}' of connection conn1: {code}: ")
    assert "secret" not in line + outcome.message
    assert "who are you" not in line + outcome.message


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(200, [("Content-Type", "image/png")], b"x"), "webhook.answer.content-type"),
        (Reply(200, [("Content-Type", "application/json")], b"{"), "webhook.answer.body"),
        (Reply(200, [("x-webpubsub-metadata-a", "x" * 1025)]), "webhook.answer.metadata"),
    ],
)
async def test_answers_that_cannot_be_read(reply: Reply, code: str, webhooks: Webhooks) -> None:
    """They fail the event with status 500."""
    async with serving(Webhook(reply)) as webhook:
        (outcome,) = await ask(webhooks, webhook, HELLO)
    assert isinstance(outcome, EventFailed)
    assert outcome.status == 500
    assert outcome.message.startswith(code)


async def test_retries_repeat_the_same_event(webhooks: Webhooks, naps: Naps) -> None:
    """Body, number and request id stay the same until an attempt succeeds."""
    async with serving(Webhook(Reply(500), Reply(500), TEXT_REPLY)) as webhook:
        (outcome,) = await ask(webhooks, webhook, HELLO)
    assert isinstance(outcome, UserEventAccepted)
    assert naps.seconds == [1.0, 3.0]
    assert len({(one.body, tuple(one.headers)) for one in webhook.events}) == 1
    assert len(webhook.events) == 3


@pytest.mark.parametrize("event", [CONNECT, HELLO, CONNECTED])
async def test_nothing_is_sent_to_a_webhook_that_refuses(
    event: AnyEventRequest, webhooks: Webhooks
) -> None:
    """A refused validation fails each event with 500."""
    async with serving(Webhook(validation=[Reply(200)])) as webhook:
        outcomes = await ask(webhooks, webhook, event, event)
    assert [isinstance(one, EventFailed) and one.status for one in outcomes] == [500, 500]
    assert webhook.events == []


async def test_what_cannot_stand_in_a_header_is_not_sent(webhooks: Webhooks, naps: Naps) -> None:
    """And is not tried again."""
    event = a_user_event(HELLO.message, connection_state="é")
    async with serving(Webhook()) as webhook:
        (outcome,) = await ask(webhooks, webhook, event)
    assert isinstance(outcome, EventFailed)
    assert (webhook.events, naps.seconds) == ([], [])


async def test_cookies(webhooks: Webhooks) -> None:
    """Each connection has its own, by the rules of paths, and only success and events fill it."""
    validation = Reply(200, [("WebHook-Allowed-Origin", "*"), ("Set-Cookie", "v=0; Path=/")])
    webhook = Webhook(
        Reply(400, [("Set-Cookie", "failed=0; Path=/")]),
        Reply(200, [("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/other")]),
        Reply(200, [("Content-Type", "no/such"), ("Set-Cookie", "bad=1; Path=/")], b"x"),
        Reply(204, [("Set-Cookie", "c=3; Path=/")]),
        Reply(204),
        validation=[validation],
    )
    mine: dict[str, str] = {}
    async with serving(webhook):
        await ask(webhooks, webhook, CONNECT, CONNECT, HELLO, CONNECTED, HELLO, cookies=mine)
        await ask(webhooks, webhook, HELLO, cookies={})
    assert [request.header("Cookie") for request in webhook.events] == [
        None,
        None,
        "a=1",
        "a=1",
        "a=1; c=3",
        None,
    ]
    assert webhook.questions[0].header("Cookie") is None


async def test_metadata_goes_both_ways(webhooks: Webhooks) -> None:
    """As headers, with keys in lower case."""
    event = a_user_event(Message(DataType.TEXT, b"", {"Trace": "1"}))
    async with serving(Webhook(Reply(200, [("X-WebPubSub-Metadata-Span", "a, 2")]))) as webhook:
        (outcome,) = await ask(webhooks, webhook, event)
    assert webhook.events[0].header("x-webpubsub-metadata-trace") == "1"
    assert outcome == UserEventAccepted(reply=Message(DataType.TEXT, b"", {"span": "2"}))


async def test_a_wrong_url_is_a_failure(
    webhooks: Webhooks, caplog: pytest.LogCaptureFixture
) -> None:
    """Settings made by a program are not checked as those of a file are."""
    settings = EventHandlerSettings(url_template="ftp://127.0.0.1/{event}?code=secret")
    outcome = await webhooks.handler(settings, {}).handle(HELLO)
    assert isinstance(outcome, EventFailed)
    assert "secret" not in outcome.message + caplog.text


async def test_success_is_not_logged(webhooks: Webhooks, caplog: pytest.LogCaptureFixture) -> None:
    """A healthy service says nothing of its webhooks."""
    caplog.set_level(logging.INFO)
    async with serving(Webhook()) as webhook:
        await ask(webhooks, webhook, CONNECT, HELLO)
    assert [one for one in caplog.records if one.name.startswith("webpubsub")] == []


async def test_what_is_seen_of_a_call(webhooks: Webhooks) -> None:
    """Where it goes, without what may be secret, how often it was sent and what came of it; the
    webhook is told from which span."""
    seen: list[Sighting] = []
    webhooks.point.attach(seen.append)
    event = CONNECTED
    async with serving(Webhook(Reply(503), TEXT_REPLY)) as webhook:
        await ask(webhooks, webhook, event)
        url = f"{webhook.url}/eh/{event.hub}/{event.connection_context.event_name}"
        called, asked, allowed, answered = (sighting.item for sighting in seen)
        assert called == WebhookCalled(event, url)
        assert isinstance(answered, WebhookAnswered)
        assert (answered.url, answered.status, answered.attempts) == (url, 200, 2)
        assert answered.refusal is None
        span, inner = seen[0].span, seen[1].span
        assert span is not None
        assert inner is not None
        assert seen[3].span == span
        assert isinstance(asked, ValidationAsked)
        assert isinstance(allowed, ValidationAnswered)
        assert (inner.trace_id, inner.parent_id) == (span.trace_id, span.span_id)
        sent = {request.header("traceparent") for request in webhook.events}
        assert sent == {span.trace_parent}


async def test_what_is_seen_of_a_call_that_may_not_be_made(webhooks: Webhooks) -> None:
    """A webhook that does not want events is not called."""
    seen: list[Sighting] = []
    webhooks.point.attach(seen.append)
    async with serving(Webhook(validation=[Reply(200)])) as webhook:
        await ask(webhooks, webhook, CONNECTED)
    answered = seen[-1].item
    assert isinstance(answered, WebhookAnswered)
    assert (answered.status, answered.attempts) == (None, 0)
    assert answered.refusal is not None
