"""Who is behind a connection, also for a while after it has ended."""

from collections import OrderedDict

from webpubsub.service.observation import SessionBegan

_MOST = 20_000


class ConnectionUsers:
    """The users of the latest connections that have one."""

    def __init__(self) -> None:
        self._users: OrderedDict[str, str] = OrderedDict()

    def meet(self, began: SessionBegan) -> None:
        """Remember a connection."""
        if began.user_id is None:
            return
        self._users[began.connection_id] = began.user_id
        if len(self._users) > _MOST:
            self._users.popitem(last=False)

    def user_of(self, connection_id: str) -> str | None:
        """The user of a connection; None when it has none, or is not known any more."""
        return self._users.get(connection_id)
