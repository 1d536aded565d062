"""Asks webhooks whether they want events, and remembers what they said.

Specification: upstream-events section 4.
"""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from webpubsub.protocol.cloud_events.validation import (
    must_ask_with_get,
    refusal_of,
    validation_request,
)
from webpubsub.protocol.cloud_events.wire import WebhookAnswer
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals.webhooks import VALIDATION_FAILED
from webpubsub.protocol.trace_context import current_span
from webpubsub.service.observation import (
    ObservationPoint,
    Observed,
    ValidationAnswered,
    ValidationAsked,
)
from webpubsub.service.webhooks.exchange import Exchange, Progress
from webpubsub.service.webhooks.trust import Trust, Verdict
from webpubsub.service.webhooks.url_templates import shown

#: For one OPTIONS or GET request with all its attempts, in seconds.
VALIDATION_TIMEOUT = 10.0

#: Settings may be replaced often while the service runs; what is forgotten is asked again.
_MAX_REMEMBERED = 1000

logger = logging.getLogger("webpubsub.service.webhooks")


class _Webhook:
    """What is known of the webhook at one URL."""

    __slots__ = ("asking", "refusal", "trust")

    def __init__(self) -> None:
        self.trust = Trust()
        self.refusal: Refusal | None = None
        self.asking: asyncio.Task[None] | None = None


class _Question(msgspec.Struct):
    """One webhook that is being asked, and how far that has come."""

    url: str
    progress: Progress = msgspec.field(default_factory=Progress)
    status: int | None = None


class Validator:
    """Knows which webhooks allow events of ``origin``, the service's host name without a port.

    ``clock`` gives seconds and never goes back. Questions and answers pass ``point``.
    """

    def __init__(
        self,
        exchange: Exchange,
        *,
        origin: str,
        clock: Callable[[], float],
        point: ObservationPoint | None = None,
    ) -> None:
        self._exchange = exchange
        self._point = point or ObservationPoint()
        self._origin = origin
        self._clock = clock
        self._webhooks: dict[str, _Webhook] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def require(self, url: str) -> None:
        """Return when the webhook with this validation URL may be sent an event.

        Only the first use of a URL waits for an answer; all who wait for it share it. Raises
        Refused.
        """
        webhook = self._webhook(url)
        if webhook.trust.must_ask(self._clock()):
            webhook.asking = self._start(webhook, url)
        if webhook.trust.verdict is Verdict.WAIT and webhook.asking is not None:
            # One event may be of no use any more while others still wait.
            await asyncio.shield(webhook.asking)
        if webhook.trust.verdict is not Verdict.SEND:
            raise Refused(webhook.refusal or VALIDATION_FAILED.refuse("no answer"))

    async def close(self) -> None:
        """Ask nobody any more."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _webhook(self, url: str) -> _Webhook:
        webhook = self._webhooks.get(url)
        if webhook is None:
            if len(self._webhooks) >= _MAX_REMEMBERED:
                self._webhooks.pop(next(iter(self._webhooks)))
            webhook = self._webhooks[url] = _Webhook()
        return webhook

    def _start(self, webhook: _Webhook, url: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(self._validate(webhook, url))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _validate(self, webhook: _Webhook, url: str) -> None:
        before, question = webhook.refusal, _Question(url)
        if self._point.observer is None:
            refusal = await self._judge(question)
        else:
            with self._point.span():
                refusal = await self._observed(question)
        webhook.refusal = refusal
        webhook.trust.judge(self._clock(), allowed=refusal is None)
        if refusal is not None:
            logger.warning("%s: %s", shown(url), refusal.describe())
        elif before is not None:
            logger.info("%s allows events again", shown(url))

    async def _observed(self, question: _Question) -> Refusal | None:
        url, began = shown(question.url), self._point.monotonic()
        refusal: Refusal | None = VALIDATION_FAILED.refuse("no answer")
        self._observe(ValidationAsked(url))
        try:
            refusal = await self._judge(question)
        finally:
            seconds, attempts = self._point.monotonic() - began, question.progress.attempts
            self._observe(ValidationAnswered(url, question.status, attempts, seconds, refusal))
        return refusal

    def _observe(self, item: Observed) -> None:
        observer = self._point.observer
        if observer is not None:
            observer(item)

    async def _judge(self, question: _Question) -> Refusal | None:
        try:
            answer = await self._ask(question, "OPTIONS")
            if must_ask_with_get(answer):
                answer = await self._ask(question, "GET")
        except Refused as error:
            return VALIDATION_FAILED.refuse(error.refusal.seen)
        return refusal_of(answer, self._origin)

    async def _ask(self, question: _Question, method: str) -> WebhookAnswer:
        answer = await self._exchange.send(
            question.url,
            validation_request(self._origin, method, current_span.get()),
            seconds=VALIDATION_TIMEOUT,
            progress=question.progress,
        )
        question.status = answer.status
        return answer
