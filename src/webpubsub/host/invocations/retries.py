"""Calls a function again when it has failed, as its retry policy says.

Every attempt is an invocation of its own, with its own id, inputs read anew, its own time limit and
its own lines in the log. Whoever called waits through all of them. Nothing is kept: a host that
stops makes no further attempt. Specification: functions-python section 8.6.
"""

import logging
from itertools import count

from webpubsub.host.extension import TriggerCall
from webpubsub.host.invocations.invocation import FunctionInvoker
from webpubsub.host.invocations.running_invocations import RunningInvocations
from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.settings.retry_policy import RetryPolicy
from webpubsub.host.worker import InvocationResult

_logger = logging.getLogger(__name__)

#: Triggers whose callers wait for the answer.
_WAITED_FOR = frozenset({"httptrigger", "webpubsubtrigger"})


class RetryingInvoker:
    """The ``Invoke`` of a function that has a policy."""

    def __init__(
        self,
        function: FunctionMetadata,
        invoke: FunctionInvoker,
        policy: RetryPolicy,
        running: RunningInvocations,
    ) -> None:
        self._name = function.name
        self._invoke = invoke
        self._policy = policy
        self._running = running
        if function.trigger.kind in _WAITED_FOR:
            _logger.warning(
                "Function '%s' has a retry policy: whoever calls it waits through the retries, and "
                "Azure supports them for timers and streams only.",
                function.name,
            )

    async def __call__(self, call: TriggerCall) -> InvocationResult:
        """Never raises but when the calling task is cancelled."""
        result = await self._invoke(call, 0, self._policy.max_retries)
        for retry in count(1):
            if result.failure is None or not self._policy.allows(retry):
                break
            if not await self._running.pause(self._delay(retry)):
                _logger.warning("Function '%s' is not tried again: the app stops.", self._name)
                break
            result = await self._invoke(call, retry, self._policy.max_retries)
        return result

    def _delay(self, retry: int) -> float:
        delay = self._policy.delay(retry)
        _logger.info(
            "Waiting for %.3g s before function '%s' is tried again. Next attempt: %d. Max retry "
            "count: %d",
            delay,
            self._name,
            retry,
            self._policy.max_retries,
        )
        return delay
