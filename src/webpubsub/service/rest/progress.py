"""How far a request has come, for whoever looks at what became of it."""

from collections.abc import Callable, Sequence

import msgspec

from webpubsub.protocol.refusals import CheckMade, Refusal
from webpubsub.service.observation import RestAnswered
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.checks import Check
from webpubsub.service.rest.checks_made import checks_until
from webpubsub.service.rest.operation import Operation


class Progress(msgspec.Struct):
    """``operation`` and ``call`` are known once the request is routed, ``refusal`` if there is
    one."""

    operation: Operation | None = None
    call: Call | None = None
    refusal: Refusal | None = None

    def answered(
        self,
        method: str,
        path: str,
        status: int,
        seconds: float,
        checks_of: Callable[[Operation], Sequence[Check]],
    ) -> RestAnswered:
        """What is shown of the answer. ``checks_of`` gives the checks before an operation's own."""
        return RestAnswered(
            method,
            path,
            status,
            seconds,
            operation=None if self.operation is None else self.operation.name,
            hub=None if self.call is None else self.call.names.get("hub", "").lower() or None,
            refusal=self.refusal,
            checks=self._checks(checks_of),
            route=None if self.operation is None else self.operation.path,
        )

    def _checks(self, checks_of: Callable[[Operation], Sequence[Check]]) -> tuple[CheckMade, ...]:
        if self.refusal is None:
            return ()
        if self.operation is None or self.call is None:
            return (CheckMade(kind=self.refusal.kind, seen=self.refusal.seen, passed=False),)
        return checks_until(self.refusal, self.operation, self.call, checks_of(self.operation))
