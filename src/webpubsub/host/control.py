"""What the administration of a host is shown and may ask for.

Specification: functions-python section 5.4.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from webpubsub.host.function_report import FunctionReport


class HostState(Enum):
    """Where a host is in its life.

        created --> starting --> running --> stopping --> stopped
                        |          ^
                        +--> error -+ once a change has mended the app

    A change of the app that is broken leaves a running host running. Values are those of Azure.
    """

    CREATED = "Default"
    STARTING = "Starting"
    RUNNING = "Running"
    ERROR = "Error"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


class HostControl(Protocol):
    """A host, seen by whoever administers it."""

    @property
    def state(self) -> HostState:
        """Where it is in its life."""
        ...

    @property
    def functions(self) -> Sequence[FunctionReport]:
        """What became of each function, in the order of their names."""
        ...

    @property
    def last_error(self) -> str | None:
        """Why the app could not be read again, until it has been."""
        ...

    @property
    def running_invocations(self) -> int:
        """How many functions run at the moment."""
        ...

    is_draining: bool

    def begin_call(self, name: str, text: str) -> bool:
        """Begin to call a function with the text in place of what its trigger would bring; False
        when there is none that can be called. Raises BindingError for a text that the trigger
        cannot read."""
        ...

    async def drain(self) -> None:
        """Begin no work that nobody asks for; who asks is still answered."""
        ...
