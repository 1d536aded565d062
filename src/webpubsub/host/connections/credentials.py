"""How the host is known to a service: by a key or by tokens of an identity.

azure-identity is imported when a connection first needs it; it is the extra ``identity``.
Specification: bindings section 2.8.
"""

from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from webpubsub.host.connections.connection_settings import Connection, Identity
from webpubsub.host.extension import BindingError

#: What tokens for the REST API are for.
SCOPE = "https://webpubsub.azure.com/.default"
#: App Service and virtual machines have different names for it, and ignore the other's.
_RESOURCE_ID = ("mi_res_id", "msi_res_id")
#: Every member of the default chain that knows a tenant has an option of its own for it.
_TENANT = ("workload_identity_tenant_id", "shared_cache_tenant_id", "visual_studio_code_tenant_id")


def check_credential(connection: Connection) -> None:
    """Raises BindingError when the connection has no way to be known to the service."""
    if connection.access_key:
        return
    if connection.identity is None:
        raise BindingError(
            f"{connection.name}: the connection string has no AccessKey. Copy it from the keys of "
            f"the resource, or set '{connection.name}__serviceUri' in its place to use an identity."
        )
    if find_spec("azure.identity") is None:
        raise BindingError(
            f"{connection.name}__serviceUri needs azure-identity. Install it: "
            "pip install 'webpubsub[identity]'."
        )


def credential_of(connection: Connection) -> Any:
    """What the official SDK takes as the credential of a connection that has been checked."""
    if connection.access_key:
        from azure.core.credentials import AzureKeyCredential

        return AzureKeyCredential(connection.access_key)
    return _token_credential(connection.identity or Identity())


def is_plain_loopback(endpoint: str) -> bool:
    """Whether a service is on this machine and without TLS, as in development."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    try:
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False


def loopback_policy(credential: Any) -> Any:
    """What sends a token without TLS, which the SDK does not do of its own accord; for services on
    this machine only."""
    from azure.core.pipeline.policies import AsyncBearerTokenCredentialPolicy

    class LoopbackPolicy(AsyncBearerTokenCredentialPolicy):  # type: ignore[type-arg]
        async def on_request(self, request: Any) -> None:
            request.context.options["enforce_https"] = False
            await super().on_request(request)

    return LoopbackPolicy(credential, SCOPE)


def _token_credential(identity: Identity) -> Any:
    from azure.identity import aio

    if identity.client_secret:
        return aio.ClientSecretCredential(
            identity.tenant_id or "", identity.client_id or "", identity.client_secret
        )
    if identity.managed_identity:
        return aio.ManagedIdentityCredential(
            client_id=identity.client_id, identity_config=_resource_of(identity)
        )
    return aio.DefaultAzureCredential(**_default_options(identity))


def _resource_of(identity: Identity) -> dict[str, str] | None:
    resource = identity.managed_identity_resource_id
    return dict.fromkeys(_RESOURCE_ID, resource) if resource else None


def _default_options(identity: Identity) -> dict[str, Any]:
    """Only what is set, because an option that is None hides the variable it stands for. A resource
    id hides AZURE_CLIENT_ID on purpose: one identity has one name."""
    options: dict[str, Any] = dict.fromkeys(_TENANT, identity.tenant_id)
    options["managed_identity_client_id"] = identity.client_id
    options["identity_config"] = _resource_of(identity)
    chosen = {name: value for name, value in options.items() if value}
    if "identity_config" in chosen:
        chosen["managed_identity_client_id"] = None
    return chosen
