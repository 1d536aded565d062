"""The ``webPubSubConnection`` input: what a client needs to connect.

Specification: bindings sections 2.3 and 7.
"""

from collections.abc import Callable

import msgspec

from webpubsub.host.extension import InvocationContext, Read
from webpubsub.host.extensions.webpubsub.properties import (
    check_direction,
    checked_hub,
    choice,
    has_expressions,
    optional_text,
    resolved,
    wrong,
)
from webpubsub.host.metadata import Binding
from webpubsub.host.values import JsonText
from webpubsub.protocol.seams import ClientAccess, ServiceClient, ServiceRefused

_CLIENT_PROTOCOLS = ("default", "mqtt")


class _Connection(msgspec.Struct, frozen=True, rename="camel"):
    base_url: str
    url: str
    access_token: str


def check(binding: Binding, default_hub: str | None) -> None:
    """Raises BindingError."""
    check_direction(binding, "in")
    optional_text(binding, "userId")
    _client_protocol(binding)
    hub = binding_hub(binding, default_hub)
    if not has_expressions(hub):
        checked_hub(binding, hub)


def check_service(binding: Binding, client: ServiceClient) -> None:
    """Raises BindingError when the service has no clients of this kind."""
    if _client_protocol(binding) not in client.client_protocols:
        raise wrong(
            binding,
            "'clientProtocol' is 'mqtt', and the built-in service has no MQTT clients yet. Use a "
            "service that has, or leave 'clientProtocol' out.",
        )


def _client_protocol(binding: Binding) -> str:
    given = binding.get("clientProtocol", "default")
    return choice(binding, "clientProtocol", given, _CLIENT_PROTOCOLS)


def binding_hub(binding: Binding, default_hub: str | None) -> str | None:
    """The hub as the binding has it, expressions unresolved, or that of the whole app."""
    hub = optional_text(binding, "hub")
    return default_hub if hub is None else hub


def reader(
    binding: Binding,
    clients: Callable[[str | None], ServiceClient],
    default_hub: str | None,
) -> Read:
    """What gives the URL and a new token for one client, as the JSON text that a worker receives.

    The token lasts an hour and carries no roles and no groups. Raises BindingError.
    """
    hub = binding_hub(binding, default_hub)
    fixed_hub = None if hub is None or has_expressions(hub) else checked_hub(binding, hub)
    user_id = optional_text(binding, "userId")
    connection = optional_text(binding, "connection")
    protocol = _client_protocol(binding)

    def hub_of(context: InvocationContext) -> str:
        return checked_hub(binding, None if hub is None else resolved(binding, hub, context))

    async def read(context: InvocationContext) -> JsonText:
        try:
            access = await clients(connection).client_access(
                fixed_hub or hub_of(context),
                user_id=None if user_id is None else resolved(binding, user_id, context),
                client_protocol=protocol,
            )
        except ServiceRefused as refused:
            raise wrong(binding, f"the service gave no access: {refused}") from None
        return JsonText(_json(access))

    return read


def _json(access: ClientAccess) -> str:
    value = _Connection(access.base_url, access.url, access.access_token)
    return msgspec.json.encode(value).decode()
