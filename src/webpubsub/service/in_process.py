"""The service as the application in the same process sees it."""

from collections.abc import Callable, Sequence

from webpubsub.protocol.access_tokens import client_token
from webpubsub.protocol.names import is_hub_name
from webpubsub.protocol.operations import HubOperation
from webpubsub.protocol.seams import ClientAccess, ServiceRefused
from webpubsub.service.hubs.hubs import Hubs


class InProcessClient:
    """Carries operations out at once, without HTTP. The service has no MQTT clients.

    ``endpoint`` gives the URL of the service, ``key`` signs tokens, ``clock`` gives seconds since
    the epoch.
    """

    client_protocols = frozenset({"default"})

    def __init__(
        self, hubs: Hubs, *, endpoint: Callable[[], str], key: str, clock: Callable[[], float]
    ) -> None:
        self._hubs = hubs
        self._endpoint = endpoint
        self._key = key
        self._clock = clock

    async def perform(self, operation: HubOperation) -> None:
        """Carry out one operation. Raises ServiceRefused."""
        refusal = await self._hubs.perform(operation)
        if refusal is not None:
            kind = refusal.kind
            raise ServiceRefused(kind.http_status or 500, kind.code, refusal.describe())

    async def client_access(
        self,
        hub: str,
        *,
        user_id: str | None = None,
        roles: Sequence[str] = (),
        groups: Sequence[str] = (),
        minutes_to_expire: int = 60,
        client_protocol: str = "default",  # the only one
    ) -> ClientAccess:
        """A URL and token for a client of ``hub``. Raises ServiceRefused for a hub that cannot
        exist."""
        if not is_hub_name(hub):
            text = (
                f"'{hub}' is not a hub name: a letter, then letters, digits or any of _ ` , . [ ]"
            )
            raise ServiceRefused(400, "handshake.hub.invalid", text)
        endpoint = self._endpoint()
        token = client_token(
            endpoint,
            hub,
            self._key,
            now=self._clock(),
            user_id=user_id,
            roles=roles,
            groups=groups,
            minutes_to_expire=minutes_to_expire,
        )
        base_url = f"ws{endpoint.removeprefix('http')}/client/hubs/{hub}"
        return ClientAccess(
            base_url=base_url, url=f"{base_url}?access_token={token}", access_token=token
        )

    async def close(self) -> None:
        """There is nothing to release."""
