"""The operations of the data plane, one row each.

A row says where an operation is found, which parts of a request it reads beyond the names in its
path, what it makes of them for the hub, and what success and absence look like on the wire. To add
an operation is to add a row. Specification: rest-api section 6.
"""

from collections.abc import Sequence

from webpubsub.protocol import operations as ops
from webpubsub.protocol.refusals import Refused
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.service.rest.bodies import read_change, read_message
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.checks import (
    check_client,
    check_client_type,
    check_continuation,
    check_entra,
    check_excluded,
    check_filter,
    check_minutes,
    check_page,
    check_permission,
    check_reason,
    check_ttl,
)
from webpubsub.service.rest.client_tokens import client_token
from webpubsub.service.rest.operation import Absence, JsonBody, Operation
from webpubsub.service.rest.pages import listing

_HUB = "/api/hubs/{hub}"
_CONNECTION = _HUB + "/connections/{connectionId}"
_GROUP = _HUB + "/groups/{group}"
_USER = _HUB + "/users/{userId}"
_GROUP_CONNECTION = _GROUP + "/connections/{connectionId}"
_USER_GROUP = _USER + "/groups/{group}"
_PERMISSION = _HUB + "/permissions/{permission}/connections/{connectionId}"

_NO_CONNECTION = Absence("Error.Connection.NotExisted", "Connection")
_NO_PERMISSION = Absence("Info.Connection.NotExisted", "Connection")


def _health(call: Call) -> None:
    if not call.status.is_healthy:
        text = f"The service is {call.status}."
        raise Refused(kinds.UNHEALTHY.refuse(call.status, text))


OPERATIONS: Sequence[Operation] = (
    Operation(
        name="GetServiceStatus",
        method="HEAD",
        path="/api/health",
        make=_health,
        success=200,
        anonymous=True,
        others=(503,),
    ),
    # Sends
    Operation(
        name="SendToAll",
        method="POST",
        path=_HUB + "/:send",
        checks=(check_excluded, check_ttl, check_filter),
        body=read_message,
        make=lambda call: ops.SendToAll(
            hub=call.hub,
            message=call.message,
            excluded=call.excluded,
            expires_at=call.expires_at,
            filter=call.filter,
        ),
        success=202,
    ),
    Operation(
        name="SendToConnection",
        method="POST",
        path=_CONNECTION + "/:send",
        checks=(check_ttl,),
        body=read_message,
        make=lambda call: ops.SendToConnection(
            hub=call.hub,
            connection_id=call.connection_id,
            message=call.message,
            expires_at=call.expires_at,
        ),
        success=202,
    ),
    Operation(
        name="SendToUser",
        method="POST",
        path=_USER + "/:send",
        checks=(check_ttl, check_filter),
        body=read_message,
        make=lambda call: ops.SendToUser(
            hub=call.hub,
            user_id=call.user_id,
            message=call.message,
            expires_at=call.expires_at,
            filter=call.filter,
        ),
        success=202,
    ),
    Operation(
        name="SendToGroup",
        method="POST",
        path=_GROUP + "/:send",
        checks=(check_excluded, check_ttl, check_filter),
        body=read_message,
        make=lambda call: ops.SendToGroup(
            hub=call.hub,
            group=call.group,
            message=call.message,
            excluded=call.excluded,
            expires_at=call.expires_at,
            filter=call.filter,
        ),
        success=202,
    ),
    # Existence
    Operation(
        name="ConnectionExists",
        method="HEAD",
        path=_CONNECTION,
        make=lambda call: ops.ConnectionExists(hub=call.hub, connection_id=call.connection_id),
        success=200,
        others=(404,),
    ),
    Operation(
        name="UserExists",
        method="HEAD",
        path=_USER,
        make=lambda call: ops.UserExists(hub=call.hub, user_id=call.user_id),
        success=200,
        others=(404,),
        absence=Absence("Warning.User.NotExisted"),
    ),
    Operation(
        name="GroupExists",
        method="HEAD",
        path=_GROUP,
        make=lambda call: ops.GroupExists(hub=call.hub, group=call.group),
        success=200,
        others=(404,),
        absence=Absence("Warning.Group.NotExisted"),
    ),
    # Closing
    Operation(
        name="CloseConnection",
        method="DELETE",
        path=_CONNECTION,
        checks=(check_reason,),
        make=lambda call: ops.CloseConnection(
            hub=call.hub, connection_id=call.connection_id, reason=call.reason
        ),
        success=204,
    ),
    Operation(
        name="CloseAllConnections",
        method="POST",
        path=_HUB + "/:closeConnections",
        checks=(check_excluded, check_reason),
        make=lambda call: ops.CloseAllConnections(
            hub=call.hub, excluded=call.excluded, reason=call.reason
        ),
        success=204,
    ),
    Operation(
        name="CloseGroupConnections",
        method="POST",
        path=_GROUP + "/:closeConnections",
        checks=(check_excluded, check_reason),
        make=lambda call: ops.CloseGroupConnections(
            hub=call.hub, group=call.group, excluded=call.excluded, reason=call.reason
        ),
        success=204,
    ),
    Operation(
        name="CloseUserConnections",
        method="POST",
        path=_USER + "/:closeConnections",
        checks=(check_excluded, check_reason),
        make=lambda call: ops.CloseUserConnections(
            hub=call.hub, user_id=call.user_id, excluded=call.excluded, reason=call.reason
        ),
        success=204,
    ),
    # Membership
    Operation(
        name="AddConnectionToGroup",
        method="PUT",
        path=_GROUP_CONNECTION,
        make=lambda call: ops.AddConnectionToGroup(
            hub=call.hub, group=call.group, connection_id=call.connection_id
        ),
        success=200,
        others=(404, 409),
        absence=_NO_CONNECTION,
    ),
    Operation(
        name="RemoveConnectionFromGroup",
        method="DELETE",
        path=_GROUP_CONNECTION,
        make=lambda call: ops.RemoveConnectionFromGroup(
            hub=call.hub, group=call.group, connection_id=call.connection_id
        ),
        success=204,
    ),
    Operation(
        name="RemoveConnectionFromAllGroups",
        method="DELETE",
        path=_CONNECTION + "/groups",
        make=lambda call: ops.RemoveConnectionFromAllGroups(
            hub=call.hub, connection_id=call.connection_id
        ),
        success=204,
    ),
    Operation(
        name="AddUserToGroup",
        method="PUT",
        path=_USER_GROUP,
        make=lambda call: ops.AddUserToGroup(hub=call.hub, user_id=call.user_id, group=call.group),
        success=200,
        others=(404, 409),
        absence=Absence(None, "User"),
    ),
    Operation(
        name="RemoveUserFromGroup",
        method="DELETE",
        path=_USER_GROUP,
        make=lambda call: ops.RemoveUserFromGroup(
            hub=call.hub, user_id=call.user_id, group=call.group
        ),
        success=204,
    ),
    Operation(
        name="RemoveUserFromAllGroups",
        method="DELETE",
        path=_USER + "/groups",
        make=lambda call: ops.RemoveUserFromAllGroups(hub=call.hub, user_id=call.user_id),
        success=204,
    ),
    Operation(
        name="AddConnectionsToGroups",
        method="POST",
        path=_HUB + "/:addToGroups",
        body=read_change,
        make=lambda call: ops.AddConnectionsToGroups(
            hub=call.hub, groups=tuple(call.groups), filter=call.filter
        ),
        success=200,
        others=(409,),
    ),
    Operation(
        name="RemoveConnectionsFromGroups",
        method="POST",
        path=_HUB + "/:removeFromGroups",
        body=read_change,
        make=lambda call: ops.RemoveConnectionsFromGroups(
            hub=call.hub, groups=tuple(call.groups), filter=call.filter
        ),
        success=200,
    ),
    Operation(
        name="ListConnectionsInGroup",
        method="GET",
        path=_GROUP + "/connections",
        checks=(check_page, check_continuation),
        make=listing,
        success=200,
    ),
    # Permissions
    Operation(
        name="CheckPermission",
        method="HEAD",
        path=_PERMISSION,
        checks=(check_permission,),
        make=lambda call: ops.HasPermission(
            hub=call.hub,
            connection_id=call.connection_id,
            permission=call.permission,
            target=call.target_name,
        ),
        success=200,
        others=(404,),
        absence=_NO_PERMISSION,
    ),
    Operation(
        name="GrantPermission",
        method="PUT",
        path=_PERMISSION,
        checks=(check_permission,),
        make=lambda call: ops.GrantPermission(
            hub=call.hub,
            connection_id=call.connection_id,
            permission=call.permission,
            target=call.target_name,
        ),
        success=200,
        others=(404, 409),
        absence=_NO_PERMISSION,
    ),
    Operation(
        name="RevokePermission",
        method="DELETE",
        path=_PERMISSION,
        checks=(check_permission,),
        make=lambda call: ops.RevokePermission(
            hub=call.hub,
            connection_id=call.connection_id,
            permission=call.permission,
            target=call.target_name,
        ),
        success=204,
        others=(409,),
    ),
    # Tokens
    Operation(
        name="GenerateClientToken",
        method="POST",
        path=_HUB + "/:generateToken",
        checks=(check_entra, check_client, check_minutes, check_client_type),
        make=lambda call: JsonBody({"token": client_token(call)}),
        success=200,
        others=(501,),
    ),
)
