"""A service elsewhere, such as a resource on Azure, over the official SDK.

The SDK is imported when it is first needed: an app that runs with our own service never pays for
it. Specification: rest-api sections 4, 5 and 6, bindings sections 7 and 8.2.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from webpubsub.host.connections.connection_settings import Connection
from webpubsub.host.connections.credentials import (
    check_credential,
    credential_of,
    is_plain_loopback,
    loopback_policy,
)
from webpubsub.protocol import operations as ops
from webpubsub.protocol.messages import CONTENT_TYPES, DataType, Message
from webpubsub.protocol.operations import HubOperation
from webpubsub.protocol.seams import ClientAccess, ServiceRefused
from webpubsub.protocol.trace_context import current_span

_CONNECT_SECONDS = 10
_READ_SECONDS = 30
_RETRIES = 3
#: Hub names can come from an expression, so from a client.
_MOST_HUBS = 64
_UNREACHABLE = 503
_NEWEST_VERSION = {"api-version": "2024-12-01"}


class RemoteServiceClient:
    """Carries out operations on a remote service, and makes client access URLs: with its key, or
    asking the service when the connection has an identity.

    A call that fails in a way that may pass is repeated up to ``retries`` times with growing
    pauses. Expiry times and the users that messages come from are not sent: actions have neither.
    Raises BindingError for a connection with neither a key nor an identity.
    """

    client_protocols = frozenset({"default", "mqtt"})

    def __init__(self, connection: Connection, *, retries: int = _RETRIES) -> None:
        check_credential(connection)
        self._connection = connection
        self._endpoint = connection.endpoint
        self._credential: Any = None
        self._retries = retries
        self._transport: Any = None
        self._client_of = lru_cache(_MOST_HUBS)(self._make_client)

    async def perform(self, operation: HubOperation) -> None:
        """Carry out an operation; returns when the service has accepted it. Raises
        ServiceRefused."""
        await self._answer(_CALLS[type(operation)](self._client_of(operation.hub), operation))

    async def client_access(
        self,
        hub: str,
        *,
        user_id: str | None = None,
        roles: Sequence[str] = (),
        groups: Sequence[str] = (),
        minutes_to_expire: int = 60,
        client_protocol: str = "default",
    ) -> ClientAccess:
        """A URL and token for a client of ``hub``. Raises ServiceRefused."""
        access = await self._answer(
            self._client_of(hub).get_client_access_token(
                user_id=user_id,
                roles=list(roles),
                groups=list(groups),
                minutes_to_expire=minutes_to_expire,
                client_protocol="MQTT" if client_protocol == "mqtt" else "Default",
            )
        )
        return ClientAccess(
            base_url=access["baseUrl"], url=access["url"], access_token=access["token"]
        )

    async def close(self) -> None:
        """Close the connections to the service."""
        if self._transport is not None:
            await self._transport.close()
        if self._credential is not None and not self._connection.access_key:
            await self._credential.close()

    def _make_client(self, hub: str) -> Any:
        from azure.core.pipeline.transport import AioHttpTransport
        from azure.messaging.webpubsubservice.aio import WebPubSubServiceClient

        if self._transport is None:
            self._transport = AioHttpTransport(
                connection_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS
            )
        if self._credential is None:
            self._credential = credential_of(self._connection)
        return WebPubSubServiceClient(
            self._endpoint,
            hub,
            self._credential,
            transport=self._transport,
            retry_total=self._retries,
            per_call_policies=[_trace_policy()],
            **self._options(),
        )

    def _options(self) -> dict[str, Any]:
        if self._connection.access_key or not is_plain_loopback(self._endpoint):
            return {}
        return {"authentication_policy": loopback_policy(self._credential)}

    async def _answer(self, call: Awaitable[Any]) -> Any:
        from azure.core.exceptions import AzureError, HttpResponseError

        try:
            return await call
        except HttpResponseError as error:
            raise _refused(error) from None
        except AzureError as error:
            raise ServiceRefused(
                _UNREACHABLE,
                "",
                f"the service at {self._endpoint} cannot be reached: {error.message}",
            ) from None


def _trace_policy() -> Any:
    """Says in every request which trace it belongs to, while somebody looks."""
    from azure.core.pipeline import PipelineRequest
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class TracePolicy(SansIOHTTPPolicy[Any, Any]):
        def on_request(self, request: PipelineRequest[Any]) -> None:
            span = current_span.get()
            if span is not None:
                request.http_request.headers.update(dict(span.headers))

    return TracePolicy()


def _refused(error: Any) -> ServiceRefused:
    """``error`` is the SDK's; its body may be the JSON of an error, or anything."""
    body = error.error
    headers = error.response.headers if error.response is not None else {}
    code = (body and body.code) or headers.get("x-ms-error-code") or ""
    message = (body and body.message) or error.reason or _first_line(error.message)
    return ServiceRefused(error.status_code or _UNREACHABLE, code, message)


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0] or "the service gave no reason"


def _payload(message: Message) -> dict[str, Any]:
    """Arguments with which the SDK sends the bytes as they are.

    It would write JSON anew, so JSON goes as text whose content type is set when the request is
    ready.
    """
    if message.data_type is DataType.PROTOBUF:
        raise ServiceRefused(415, "", "the REST API does not send protobuf messages")
    content_type = CONTENT_TYPES[message.data_type]
    if message.data_type is not DataType.JSON:
        return {"message": message.data, "content_type": content_type}
    return {
        "message": message.data,
        "content_type": CONTENT_TYPES[DataType.TEXT],
        "raw_request_hook": _mark_as_json,
    }


def _mark_as_json(request: Any) -> None:
    request.http_request.headers["Content-Type"] = CONTENT_TYPES[DataType.JSON]


async def _change_groups(client: Any, action: str, operation: Any) -> None:
    """The SDK has no method for this, only one for requests of any kind."""
    from azure.core.rest import HttpRequest

    body = {"groups": operation.groups, "filter": operation.filter}
    request = HttpRequest(
        "POST", f"/api/hubs/{operation.hub}/{action}", json=body, params=_NEWEST_VERSION
    )
    (await client.send_request(request)).raise_for_status()


_Call: TypeAlias = Callable[[Any, Any], Awaitable[None]]

_CALLS: Mapping[type[HubOperation], _Call] = {
    ops.SendToAll: lambda client, op: client.send_to_all(
        **_payload(op.message), excluded=sorted(op.excluded), filter=op.filter
    ),
    ops.SendToGroup: lambda client, op: client.send_to_group(
        op.group, **_payload(op.message), excluded=sorted(op.excluded), filter=op.filter
    ),
    ops.SendToUser: lambda client, op: client.send_to_user(
        op.user_id, **_payload(op.message), filter=op.filter
    ),
    ops.SendToConnection: lambda client, op: client.send_to_connection(
        op.connection_id, **_payload(op.message)
    ),
    ops.AddConnectionToGroup: lambda client, op: client.add_connection_to_group(
        op.group, op.connection_id
    ),
    ops.RemoveConnectionFromGroup: lambda client, op: client.remove_connection_from_group(
        op.group, op.connection_id
    ),
    ops.RemoveConnectionFromAllGroups: (
        lambda client, op: client.remove_connection_from_all_groups(op.connection_id)
    ),
    ops.AddUserToGroup: lambda client, op: client.add_user_to_group(op.group, op.user_id),
    ops.RemoveUserFromGroup: lambda client, op: client.remove_user_from_group(op.group, op.user_id),
    ops.RemoveUserFromAllGroups: lambda client, op: client.remove_user_from_all_groups(op.user_id),
    ops.AddConnectionsToGroups: lambda client, op: _change_groups(client, ":addToGroups", op),
    ops.RemoveConnectionsFromGroups: (
        lambda client, op: _change_groups(client, ":removeFromGroups", op)
    ),
    ops.CloseAllConnections: lambda client, op: client.close_all_connections(
        excluded=sorted(op.excluded), reason=op.reason
    ),
    ops.CloseGroupConnections: lambda client, op: client.close_group_connections(
        op.group, excluded=sorted(op.excluded), reason=op.reason
    ),
    ops.CloseUserConnections: lambda client, op: client.close_user_connections(
        op.user_id, excluded=sorted(op.excluded), reason=op.reason
    ),
    ops.CloseConnection: lambda client, op: client.close_connection(
        op.connection_id, reason=op.reason
    ),
    ops.GrantPermission: lambda client, op: client.grant_permission(
        op.permission.value, op.connection_id, target_name=op.target
    ),
    ops.RevokePermission: lambda client, op: client.revoke_permission(
        op.permission.value, op.connection_id, target_name=op.target
    ),
}
