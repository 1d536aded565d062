"""How far a request has come, for whoever looks at what became of it."""

import msgspec

from webpubsub.protocol.refusals import Refusal
from webpubsub.service.observation import RestAnswered
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.operations import Operation


class Progress(msgspec.Struct):
    """``operation`` and ``call`` are known once the request is routed, ``refusal`` if there is
    one."""

    operation: Operation | None = None
    call: Call | None = None
    refusal: Refusal | None = None

    def answered(self, method: str, path: str, status: int, seconds: float) -> RestAnswered:
        """What is shown of the answer."""
        return RestAnswered(
            method,
            path,
            status,
            seconds,
            operation=None if self.operation is None else self.operation.name,
            hub=None if self.call is None else self.call.names.get("hub", "").lower() or None,
            refusal=self.refusal,
        )
