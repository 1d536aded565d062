"""The connections to services in the settings of an app: by a key, or by an identity.

Specification: bindings sections 2.6 to 2.8.
"""

from collections.abc import Callable

import msgspec

from webpubsub.host.errors import HostError
from webpubsub.host.extension import BindingError
from webpubsub.host.settings.app_settings import AppSettings
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.protocol.connection_strings import ConnectionString, host_of
from webpubsub.protocol.spelling import listed

DEFAULT_CONNECTION = "WebPubSubConnectionString"
HOST_JSON_PATH = "extensions:webPubSub:connectionString"
_DEFAULT_HUB = "WebPubSubHub"
_HUB_PATH = "extensions:webPubSub:hub"
_MANAGED_IDENTITY = "managedidentity"


def default_hub(settings: AppSettings, config: HostConfig) -> str | None:
    """The hub of bindings that name none, or None. An empty one in host.json is none, and hides
    that of the app settings. Raises HostError."""
    hub = config.text(_HUB_PATH)
    return (settings.get(_DEFAULT_HUB) if hub is None else hub) or None


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for tokens. Nothing set is the default chain of azure-identity; with a
    ``client_secret`` it is an application, with ``managed_identity`` what the platform gives."""

    managed_identity: bool = False
    client_id: str | None = None
    tenant_id: str | None = None
    client_secret: str | None = None
    managed_identity_resource_id: str | None = None

    def __repr__(self) -> str:
        return f"Identity(client_id={self.client_id!r})"


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """One service and how to be known to it: ``access_key``, or ``identity``, or neither in a
    connection string without a key, by which events can be received and nothing be sent."""

    name: str
    endpoint: str
    access_key: str | None = None
    identity: Identity | None = None

    @property
    def host(self) -> str:
        """The host name of the service, as it calls itself in its events."""
        return host_of(self.endpoint)

    def __repr__(self) -> str:
        return f"Connection(name={self.name!r}, endpoint={self.endpoint!r})"


class ConnectionSettings:
    """The connections of an app by the names of its settings."""

    def __init__(self, settings: AppSettings, config: HostConfig) -> None:
        self._get = settings.get
        self._config = config

    def default(self) -> Connection | None:
        """The connection of bindings that name none, or None when it is not set.

        host.json comes before the app settings, and there a connection string before a
        ``serviceUri``. Raises HostError.
        """
        try:
            text = self._config.text(HOST_JSON_PATH)
            if text:
                return _by_key(DEFAULT_CONNECTION, text, "host.json: " + _shown(HOST_JSON_PATH))
            return self._find(DEFAULT_CONNECTION)
        except BindingError as error:
            raise HostError(str(error)) from None

    def named(self, name: str) -> Connection:
        """The connection with this name, which never falls back to the default. Raises
        BindingError."""
        found = self._find(name)
        if found is None and "%" in name:
            raise BindingError(
                f"there is no connection '{name}'. Names of connections are taken as they are "
                f"written: write '{name.strip('%')}' for the setting of that name."
            )
        if found is None:
            raise BindingError(
                f"the connection '{name}' is not set. Add '{name}' with a connection string, or "
                f"'{name}__serviceUri', to local.settings.json or the environment; it does not "
                f"fall back to {DEFAULT_CONNECTION}."
            )
        return found

    def _find(self, name: str) -> Connection | None:
        text = self._get(name)
        if text:
            return _by_key(name, text, name)
        uri = self._get(f"{name}__serviceUri")
        return _by_identity(name, uri, self._get) if uri else None


def _shown(path: str) -> str:
    return path.replace(":", ".")


def _by_key(name: str, text: str, place: str) -> Connection:
    try:
        parsed = ConnectionString.parse(text)
    except ValueError as problem:
        raise BindingError(f"{place}: {problem}") from None
    return Connection(name=name, endpoint=parsed.endpoint, access_key=parsed.access_key)


def _by_identity(name: str, uri: str, get: Callable[[str], str | None]) -> Connection:
    try:
        endpoint = ConnectionString.parse(f"Endpoint={uri}").endpoint
    except ValueError:
        raise BindingError(
            f"{name}__serviceUri is {uri!r}, and must be a URL with a scheme and a host, such as "
            "https://example.webpubsub.azure.com."
        ) from None
    return Connection(name=name, endpoint=endpoint, identity=_identity(name, get))


def _identity(name: str, get: Callable[[str], str | None]) -> Identity:
    kind = get(f"{name}__credential")
    if kind and kind.lower() != _MANAGED_IDENTITY:
        raise BindingError(
            f"{name}__credential is {kind!r}, and must be {listed([_MANAGED_IDENTITY])} or left "
            "out."
        )
    identity = Identity(
        managed_identity=bool(kind),
        client_id=get(f"{name}__clientId") or None,
        tenant_id=get(f"{name}__tenantId") or None,
        client_secret=get(f"{name}__clientSecret") or None,
        managed_identity_resource_id=get(f"{name}__managedIdentityResourceId") or None,
    )
    _check(name, identity)
    return identity


def _check(name: str, identity: Identity) -> None:
    if identity.client_secret and not (identity.client_id and identity.tenant_id):
        raise BindingError(
            f"{name}__clientSecret needs {name}__clientId and {name}__tenantId beside it."
        )
    if identity.client_id and identity.managed_identity_resource_id:
        raise BindingError(
            f"{name}__clientId and {name}__managedIdentityResourceId both name an identity; leave "
            "one of them out."
        )
