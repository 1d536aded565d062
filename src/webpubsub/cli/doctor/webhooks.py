"""Whether webhooks that are to get events can be reached, and want them.

Each is asked once, as the service asks before its first event. Specification: upstream-events
section 4.
"""

import asyncio
from collections.abc import Awaitable, Mapping

from webpubsub.cli.doctor.finding import Finding, error, ok
from webpubsub.protocol.cloud_events.validation import (
    VALIDATION_EVENT,
    must_ask_with_get,
    refusal_of,
    validation_request,
)
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.service.hub_settings.model import HubSettings
from webpubsub.service.webhooks.exchange import Exchange
from webpubsub.service.webhooks.url_templates import resolve, shown

_CODE = "event-handler"
_SECONDS = 5.0
#: Between attempts: a webhook that is down now is what somebody wants to know.
_AT_ONCE = 0.0


async def webhooks(hubs: Mapping[str, HubSettings], origin: str) -> list[Finding]:
    """All handlers of all hubs; ``origin`` is the host name of the service."""
    urls = dict.fromkeys(
        resolve(handler.url_template, hub, VALIDATION_EVENT)
        for hub, settings in hubs.items()
        for handler in settings.event_handlers
    )
    exchange = Exchange(sleep=_hardly_wait)
    try:
        return list(await asyncio.gather(*(_asked(exchange, url, origin) for url in urls)))
    finally:
        await exchange.close()


def _hardly_wait(_seconds: float) -> Awaitable[object]:
    return asyncio.sleep(_AT_ONCE)


async def _asked(exchange: Exchange, url: str, origin: str) -> Finding:
    try:
        refusal = await _answer(exchange, url, origin)
    except Refused as problem:
        refusal = problem.refusal
    if refusal is None:
        return ok(_CODE, f"{shown(url)} can be reached and wants events")
    return error(_CODE, f"{shown(url)}: {refusal.describe()}", refusal.kind.remedy)


async def _answer(exchange: Exchange, url: str, origin: str) -> Refusal | None:
    answer = await exchange.send(url, validation_request(origin), seconds=_SECONDS)
    if must_ask_with_get(answer):
        answer = await exchange.send(url, validation_request(origin, "GET"), seconds=_SECONDS)
    return refusal_of(answer, origin)
