"""One call of an operation, and what has been found out about it so far."""

from collections.abc import Mapping

from aiohttp import web

from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import Permission
from webpubsub.service.rest.targets import Target
from webpubsub.service.status import Status

_EMPTY = Message(DataType.BINARY, b"")


class Call:
    """A request on its way to the hub; checks fill in the members after ``now``.

    ``names`` are the decoded names in the path by their place in the template, ``now`` is seconds
    since the epoch.
    """

    __slots__ = (
        "excluded",
        "expires_at",
        "message",
        "names",
        "now",
        "permission",
        "reason",
        "request",
        "status",
        "target",
        "target_name",
    )

    def __init__(
        self, request: web.BaseRequest, target: Target, names: Mapping[str, str], now: float
    ) -> None:
        self.request = request
        self.target = target
        self.names = names
        self.now = now
        self.excluded: frozenset[str] = frozenset()
        self.expires_at: float | None = None
        self.reason: str | None = None
        self.permission = Permission.SEND_TO_GROUP
        self.target_name = ""
        self.message = _EMPTY
        self.status = Status.SERVING

    @property
    def hub(self) -> str:
        """The lower-case hub name."""
        return self.names["hub"].lower()

    @property
    def group(self) -> str:
        """The group in the path."""
        return self.names["group"]

    @property
    def user_id(self) -> str:
        """The user id in the path."""
        return self.names["userId"]

    @property
    def connection_id(self) -> str:
        """The connection id in the path."""
        return self.names["connectionId"]
