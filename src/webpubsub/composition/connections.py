"""Which service each connection setting of an app names: the embedded one, or one elsewhere.

Specification: bindings section 2.6.
"""

import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

from webpubsub.composition.addresses import is_loopback
from webpubsub.host.connections.connection_settings import (
    DEFAULT_CONNECTION,
    Connection,
    ConnectionSettings,
)
from webpubsub.host.connections.remote_service import RemoteServiceClient
from webpubsub.host.extensions.webpubsub.accesses import Access, AccessList
from webpubsub.host.settings.app_settings import AppSettings
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.protocol.seams import ServiceClient
from webpubsub.service.settings import DEVELOPMENT_KEY

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")

_logger = logging.getLogger(__name__)


class Connections:
    """The services of an app by the names of its settings.

    A connection that is not set is the embedded service if it is the default one, and a mistake
    otherwise. One that names ``service_port`` of this machine is the embedded service too, and
    brings its key. Where ``isolated``, every connection is the embedded service, whatever is set.
    Raises HostError when the default connection cannot be read.
    """

    def __init__(
        self,
        settings: AppSettings,
        config: HostConfig,
        service_port: int,
        *,
        isolated: bool = False,
    ) -> None:
        self._settings = ConnectionSettings(settings, config)
        self._service_port = service_port
        self._isolated = isolated
        self._warned: set[str] = set()
        self._remote: dict[Connection, RemoteServiceClient] = {}
        #: What the embedded service is reached by; to be set before the first ``client``.
        self.embedded: ServiceClient | None = None
        self._default = None if isolated else self._settings.default()

    @property
    def key(self) -> str:
        """The access key of the embedded service."""
        own = self._default
        return (
            own.access_key if own and self._is_embedded(own) and own.access_key else DEVELOPMENT_KEY
        )

    def remote_endpoint(self, connection: str | None) -> str | None:
        """Where the service of a connection is, or None for the embedded one. Raises
        BindingError."""
        found = self._remote_connection(connection)
        return None if found is None else found.endpoint

    def client(self, connection: str | None) -> ServiceClient:
        """What carries out operations for a connection; None is the default one. Raises
        BindingError."""
        found = self._remote_connection(connection)
        if found is None:
            if self.embedded is None:
                raise RuntimeError("the embedded service has not been set")
            return self.embedded
        if found not in self._remote:
            self._remote[found] = RemoteServiceClient(found)
        return self._remote[found]

    def accesses(self, connections: Sequence[str]) -> AccessList:
        """Which services may deliver events to a function with these connections; none means the
        default one. Raises BindingError and ValueError. Specification: bindings section 2.6."""
        names: Sequence[str | None] = connections or (None,)
        return AccessList.of(access for name in names for access in self._accesses_of(name))

    async def close(self) -> None:
        """Release what the clients of remote services hold."""
        for client in self._remote.values():
            await client.close()

    def _accesses_of(self, name: str | None) -> Sequence[Access]:
        found = self._found(name)
        if found is None:
            return [Access(host, self.key) for host in _LOOPBACK]
        if found.access_key is None and found.identity is None and found.name not in self._warned:
            self._warned.add(found.name)
            _logger.warning(
                "%s has no AccessKey, so the signatures of events are NOT checked: whoever reaches "
                "the webhook can pass for the service.",
                found.name,
            )
        return [Access(found.host, found.access_key)]

    def _remote_connection(self, name: str | None) -> Connection | None:
        """The connection to a remote service, or None for the embedded one."""
        found = self._found(name)
        return None if found is None or self._is_embedded(found) else found

    def _found(self, name: str | None) -> Connection | None:
        """The default connection may be named as well, and is then that of the app settings alone;
        where there is none at all, both are the embedded service."""
        if not name or self._isolated:
            return self._default
        if self._default is None and name.lower() == DEFAULT_CONNECTION.lower():
            return None
        return self._settings.named(name)

    def _is_embedded(self, connection: Connection) -> bool:
        parts = urlsplit(connection.endpoint)
        return (
            parts.scheme == "http"
            and (parts.port or 80) == self._service_port
            and is_loopback(parts.hostname or "")
        )
