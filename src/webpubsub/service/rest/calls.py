"""One call of an operation, and what has been found out about it so far."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import Permission
from webpubsub.service.rest.targets import Target
from webpubsub.service.status import Status

_EMPTY = Message(DataType.BINARY, b"")


class Call:
    """A request on its way to the hub; checks fill in the members after ``now``.

    ``names`` are the decoded names in the path by their place in the template, ``now`` is seconds
    since the epoch, ``keys`` are the access keys.
    """

    __slots__ = (
        "after",
        "client_user",
        "excluded",
        "expires_at",
        "filter",
        "groups",
        "is_entra",
        "keys",
        "message",
        "minutes",
        "names",
        "now",
        "page_size",
        "permission",
        "public_endpoint",
        "reason",
        "request",
        "roles",
        "status",
        "target",
        "target_name",
        "top",
    )

    def __init__(
        self, request: web.BaseRequest, target: Target, names: Mapping[str, str], now: float
    ) -> None:
        self.request = request
        self.keys: Sequence[str] = ()
        self.is_entra = False
        self.target = target
        self.names = names
        self.now = now
        self.excluded: frozenset[str] = frozenset()
        self.expires_at: float | None = None
        self.filter: str | None = None
        self.reason: str | None = None
        self.permission = Permission.SEND_TO_GROUP
        self.target_name = ""
        self.message = _EMPTY
        #: The groups of a change of memberships, or of a new client token.
        self.groups: Sequence[str] = ()
        self.roles: Sequence[str] = ()
        self.client_user: str | None = None
        self.minutes = 60
        self.page_size = 200
        self.top: int | None = None
        #: The id after which a page begins.
        self.after: str | None = None
        self.status = Status.SERVING
        #: Where others find the service, when that is not where it listens.
        self.public_endpoint: str | None = None

    @property
    def endpoint(self) -> str:
        """The URL of the service as the caller knows it. Behind a proxy the request does not tell,
        neither the scheme nor, often, the host."""
        if self.public_endpoint is not None:
            return self.public_endpoint.rstrip("/")
        return f"{self.request.scheme}://{self.request.host}"

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
