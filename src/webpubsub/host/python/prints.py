"""What an app prints, for a host that does more with it than pass it on.

Specification: functions-python section 8.3.
"""

import io
import threading
from collections.abc import Callable

from webpubsub.host.current_invocation import invocation_here
from webpubsub.host.python.tracebacks import printable
from webpubsub.host.workers.worker_messages import Printed


class Prints(io.TextIOBase):
    """A text stream whose lines are sent to the host, each with the invocation that ended it."""

    def __init__(self, send: Callable[[Printed], None]) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._begun = ""

    def write(self, text: str) -> int:
        """Take a text; what is no whole line yet waits for the rest of it."""
        with self._lock:
            whole, end, rest = (self._begun + text).rpartition("\n")
            self._begun = rest
        if end:
            invocation = invocation_here()
            self._send(
                Printed(
                    text=printable(whole + end),
                    invocation_id="" if invocation is None else invocation.id,
                    function_name="" if invocation is None else invocation.function_name,
                )
            )
        return len(text)

    def writable(self) -> bool:
        """It is there to be written to."""
        return True
