"""What an app prints, for a host that does more with it than pass it on.

Specification: functions-python section 8.3.
"""

from collections.abc import Callable
from typing import TextIO

from webpubsub.host.current_invocation import invocation_here
from webpubsub.host.logs.line_stream import LineStream
from webpubsub.host.python.tracebacks import printable
from webpubsub.host.workers.worker_messages import Printed


class Prints(LineStream):
    """A text stream whose lines are sent to the host, each with the invocation that ended it.

    ``is_error`` says whether it is in the place of the standard error. After its end, when the host
    does not listen any more, lines go to the ``original``: somebody may have kept this stream.
    """

    def __init__(
        self,
        send: Callable[[Printed], None],
        original: TextIO | None = None,
        *,
        is_error: bool = False,
    ) -> None:
        super().__init__(original)
        self._send = send
        self._is_error = is_error
        self._ended = False

    def end(self) -> None:
        """Send the last line as it is, and nothing more."""
        super().end()
        self._ended = True

    def take(self, lines: str) -> None:
        """Send lines."""
        if self._ended:
            if self._original is not None:
                self._original.write(lines)
            return
        invocation = invocation_here()
        self._send(
            Printed(
                text=printable(lines),
                invocation_id="" if invocation is None else invocation.id,
                function_name="" if invocation is None else invocation.function_name,
                is_error=self._is_error,
            )
        )
