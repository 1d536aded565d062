"""What is said of every invocation, in the words that users of the official tool know.

Specification: functions-python sections 8.4 and 13.2.
"""

import time

from webpubsub.host.logs.busy_log import BusyLog
from webpubsub.host.worker import FunctionFailure


class InvocationLog:
    """Tells of the invocations of one function, in the category ``Function.NAME``."""

    def __init__(self, function_name: str) -> None:
        self._name = function_name
        self._log = BusyLog(f"Function.{function_name}")
        self._logger = self._log.logger

    def begin(self, invocation_id: str, reason: str) -> float:
        """The function is about to run. Returns the time in seconds that ``end`` wants back."""
        arguments = (self._name, reason, invocation_id)
        self._log.info("Executing 'Functions.%s' (Reason='%s', Id=%s)", arguments)
        return time.perf_counter()

    def details(self, text: str) -> None:
        """What else is known of why it runs."""
        self._logger.info("Trigger Details: %s", text)

    def succeeded(self, invocation_id: str, started: float) -> None:
        """It has returned, and its outputs are written."""
        duration = (time.perf_counter() - started) * 1000
        arguments = (self._name, invocation_id, duration)
        self._log.info_later("Executed 'Functions.%s' (Succeeded, Id=%s, Duration=%dms)", arguments)

    def failed(self, invocation_id: str, started: float, failure: FunctionFailure) -> None:
        """It has not; the user's exception and stack are shown."""
        duration = (time.perf_counter() - started) * 1000
        self._logger.error(
            "Executed 'Functions.%s' (Failed, Id=%s, Duration=%dms)",
            self._name,
            invocation_id,
            duration,
        )
        stack = f"\nStack: {failure.stack_trace.rstrip()}" if failure.stack_trace else ""
        self._logger.error(
            "Exception while executing function: Functions.%s. "
            "Result: Failure\nException: %s: %s%s",
            self._name,
            failure.type,
            failure.message,
            stack,
        )

    def cancelled(self, invocation_id: str, started: float) -> None:
        """Its caller was cancelled, such as by a host that stops."""
        duration = (time.perf_counter() - started) * 1000
        self._logger.warning(
            "Executed 'Functions.%s' (Cancelled, Id=%s, Duration=%dms)",
            self._name,
            invocation_id,
            duration,
        )
