"""Where the service is in its life, which is what its health depends on.

It is *starting* until it listens, *serving* until it is asked to stop, and *stopping* while it lets
pending events be answered and says goodbye; then it is *stopped*.
"""

from enum import StrEnum


class Status(StrEnum):
    """A stage of the service."""

    STARTING = "starting"
    SERVING = "serving"
    STOPPING = "stopping"
    STOPPED = "stopped"

    @property
    def is_healthy(self) -> bool:
        """Whether to send anybody here."""
        return self is Status.SERVING
