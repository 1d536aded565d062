"""A webhook without a server."""

from benchmarks.instructions.webhook import HUB, Webhook, hub_settings
from tests.protocol.cloud_events.samples import HELLO
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.outcomes import UserEventAccepted
from webpubsub.service.webhooks import http_pool
from webpubsub.service.webhooks.caller import Webhooks


async def test_it_answers_every_event() -> None:
    """After it has been asked whether it wants any, over one connection that is kept."""
    (settings,) = hub_settings().of(HUB).event_handlers
    webhook, webhooks = Webhook("hello"), Webhooks("localhost")
    handler = webhooks.handler(settings, {})
    webhook.start()
    try:
        for _ in range(3):
            assert await handler.handle(HELLO) == UserEventAccepted(
                reply=Message(DataType.TEXT, b"hello")
            )
        (kept,) = webhooks.exchange._pool._idle.values()
        assert len(kept) == 1
    finally:
        webhook.stop()
        await webhooks.close()


def test_it_is_gone_when_it_has_been_stopped() -> None:
    """And connections are made as before."""
    webhook, before = Webhook(""), http_pool._connect
    webhook.start()
    assert http_pool._connect is not before
    webhook.stop()
    assert http_pool._connect is before
