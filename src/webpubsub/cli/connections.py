"""Which service each connection setting of an app names: the embedded one, or one elsewhere.

Specification: bindings section 2.6.
"""

from urllib.parse import urlsplit

from webpubsub.cli.console import is_loopback
from webpubsub.host.app_settings import AppSettings
from webpubsub.host.errors import HostError
from webpubsub.host.extensions.seam import BindingError
from webpubsub.host.host_config import HostConfig
from webpubsub.host.remote_service import RemoteServiceClient
from webpubsub.protocol.connection_strings import ConnectionString
from webpubsub.protocol.seams import ServiceClient
from webpubsub.service.settings import DEVELOPMENT_KEY

DEFAULT_CONNECTION = "WebPubSubConnectionString"
HOST_JSON_PATH = "extensions:webPubSub:connectionString"


class Connections:
    """The services of an app by the names of its settings.

    A connection that is not set is the embedded service if it is the default one, and a mistake
    otherwise. One that names ``service_port`` of this machine is the embedded service too, and
    brings its key. Raises HostError when the default connection cannot be read.
    """

    def __init__(self, settings: AppSettings, config: HostConfig, service_port: int) -> None:
        self._settings = settings
        self._service_port = service_port
        self._remote: dict[str, RemoteServiceClient] = {}
        #: What the embedded service is reached by; to be set before the first ``client``.
        self.embedded: ServiceClient | None = None
        try:
            text = config.text(HOST_JSON_PATH)
            self._default = self._parse(DEFAULT_CONNECTION, text) if text else None
            self._default = self._default or self._named(DEFAULT_CONNECTION)
        except BindingError as error:
            raise HostError(str(error)) from None

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
        found = self._find(connection)
        return None if found is None else found.endpoint

    def client(self, connection: str | None) -> ServiceClient:
        """What carries out operations for a connection; None is the default one. Raises
        BindingError."""
        found = self._find(connection)
        if found is None:
            if self.embedded is None:
                raise RuntimeError("the embedded service has not been set")
            return self.embedded
        if found.endpoint not in self._remote:
            self._remote[found.endpoint] = RemoteServiceClient(found)
        return self._remote[found.endpoint]

    async def close(self) -> None:
        """Release what the clients of remote services hold."""
        for client in self._remote.values():
            await client.close()

    def _find(self, connection: str | None) -> ConnectionString | None:
        """The connection string of a remote service, or None for the embedded one."""
        is_default = connection in (None, "", DEFAULT_CONNECTION)
        found = self._default if is_default else self._named(connection or "")
        if found is None and not is_default:
            raise BindingError(
                f"the connection '{connection}' is not set. Add '{connection}' with a connection "
                "string to local.settings.json or the environment; it does not fall back to "
                f"{DEFAULT_CONNECTION}."
            )
        return None if found is None or self._is_embedded(found) else found

    def _named(self, name: str) -> ConnectionString | None:
        text = self._settings.get(name)
        if text:
            return self._parse(name, text)
        if self._settings.get(f"{name}__serviceUri"):
            raise BindingError(
                f"the connection '{name}' has a serviceUri, and identities are not supported yet. "
                f"Set '{name}' to a connection string."
            )
        return None

    def _parse(self, name: str, text: str) -> ConnectionString:
        try:
            return ConnectionString.parse(text)
        except ValueError as problem:
            raise BindingError(f"{name}: {problem}") from None

    def _is_embedded(self, connection: ConnectionString) -> bool:
        parts = urlsplit(connection.endpoint)
        return (
            parts.scheme == "http"
            and (parts.port or 80) == self._service_port
            and is_loopback(parts.hostname or "")
        )
