"""What goes wrong in a test, in words that say what to do."""

from collections.abc import Mapping
from typing import Any


class SetupError(Exception):
    """What the test asks for cannot be had; the text says why and how to mend it."""


class ConnectRefused(Exception):
    """A client was not let in: ``status`` of the answer, and ``reason``, the refusal with its mend
    as the service logs it."""

    def __init__(self, who: str, status: int, reason: str) -> None:
        super().__init__(f"{who} was refused with status {status}: {reason}")
        self.status = status
        self.reason = reason


class RequestFailed(Exception):
    """What a client has asked for was refused, as its ack says. ``error`` is that of the ack, with
    ``name`` and ``message``."""

    def __init__(self, what: str, error: Mapping[str, Any], hint: str = "") -> None:
        name, message = error.get("name", "no name"), error.get("message", "")
        super().__init__(f"{what} failed with {name}: {message}{hint}")
        self.error = error


class NotConnected(Exception):
    """A client was used that has no connection (any more)."""


class Unexpected(AssertionError):
    """A client has not got what was expected, or has got what was not."""
