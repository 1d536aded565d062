"""The operations of the data plane, one row each.

A row says where an operation is found, which parts of a request it reads beyond the names in its
path, what it makes of them for the hub, and what success and absence look like on the wire. To add
an operation is to add a row. Specification: rest-api section 6.
"""

from collections.abc import Callable, Sequence

import msgspec

from webpubsub.protocol import operations as ops
from webpubsub.protocol.operations import HubOperation, HubQuery
from webpubsub.protocol.refusals import Refused
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.checks import (
    Check,
    check_excluded,
    check_filter,
    check_permission,
    check_reason,
    check_ttl,
)


class Absence(msgspec.Struct, frozen=True):
    """How a 404 of an operation says what does not exist. ``code`` None means without a code."""

    code: str | None = None
    target: str | None = None


#: A 404 that says nothing but its status.
UNNAMED = Absence()


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One row. ``make`` answers None when no hub is concerned.

    ``anonymous`` operations need no token; ``payload`` ones read a message from the body.
    """

    method: str
    path: str
    make: Callable[[Call], HubOperation | HubQuery | None]
    success: int
    checks: tuple[Check, ...] = ()
    payload: bool = False
    anonymous: bool = False
    absence: Absence = UNNAMED


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


def _not_supported(name: str) -> Callable[[Call], None]:
    def make(_: Call) -> None:
        raise Refused(kinds.NOT_SUPPORTED.refuse(name, f"To {name} is not supported yet."))

    return make


def _generate_token(_: Call) -> None:
    raise Refused(
        kinds.ENTRA_REQUIRED.refuse(
            "an access key", "Client tokens are generated for Microsoft Entra callers only."
        )
    )


OPERATIONS: Sequence[Operation] = (
    Operation(method="HEAD", path="/api/health", make=_health, success=200, anonymous=True),
    # Sends
    Operation(
        method="POST",
        path=_HUB + "/:send",
        checks=(check_excluded, check_ttl, check_filter),
        payload=True,
        make=lambda call: ops.SendToAll(
            hub=call.hub,
            message=call.message,
            excluded=call.excluded,
            expires_at=call.expires_at,
        ),
        success=202,
    ),
    Operation(
        method="POST",
        path=_CONNECTION + "/:send",
        checks=(check_ttl,),
        payload=True,
        make=lambda call: ops.SendToConnection(
            hub=call.hub,
            connection_id=call.connection_id,
            message=call.message,
            expires_at=call.expires_at,
        ),
        success=202,
    ),
    Operation(
        method="POST",
        path=_USER + "/:send",
        checks=(check_ttl, check_filter),
        payload=True,
        make=lambda call: ops.SendToUser(
            hub=call.hub,
            user_id=call.user_id,
            message=call.message,
            expires_at=call.expires_at,
        ),
        success=202,
    ),
    Operation(
        method="POST",
        path=_GROUP + "/:send",
        checks=(check_excluded, check_ttl, check_filter),
        payload=True,
        make=lambda call: ops.SendToGroup(
            hub=call.hub,
            group=call.group,
            message=call.message,
            excluded=call.excluded,
            expires_at=call.expires_at,
        ),
        success=202,
    ),
    # Existence
    Operation(
        method="HEAD",
        path=_CONNECTION,
        make=lambda call: ops.ConnectionExists(hub=call.hub, connection_id=call.connection_id),
        success=200,
    ),
    Operation(
        method="HEAD",
        path=_USER,
        make=lambda call: ops.UserExists(hub=call.hub, user_id=call.user_id),
        success=200,
        absence=Absence("Warning.User.NotExisted"),
    ),
    Operation(
        method="HEAD",
        path=_GROUP,
        make=lambda call: ops.GroupExists(hub=call.hub, group=call.group),
        success=200,
        absence=Absence("Warning.Group.NotExisted"),
    ),
    # Closing
    Operation(
        method="DELETE",
        path=_CONNECTION,
        checks=(check_reason,),
        make=lambda call: ops.CloseConnection(
            hub=call.hub, connection_id=call.connection_id, reason=call.reason
        ),
        success=204,
    ),
    Operation(
        method="POST",
        path=_HUB + "/:closeConnections",
        checks=(check_excluded, check_reason),
        make=lambda call: ops.CloseAllConnections(
            hub=call.hub, excluded=call.excluded, reason=call.reason
        ),
        success=204,
    ),
    Operation(
        method="POST",
        path=_GROUP + "/:closeConnections",
        checks=(check_excluded, check_reason),
        make=lambda call: ops.CloseGroupConnections(
            hub=call.hub, group=call.group, excluded=call.excluded, reason=call.reason
        ),
        success=204,
    ),
    Operation(
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
        method="PUT",
        path=_GROUP_CONNECTION,
        make=lambda call: ops.AddConnectionToGroup(
            hub=call.hub, group=call.group, connection_id=call.connection_id
        ),
        success=200,
        absence=_NO_CONNECTION,
    ),
    Operation(
        method="DELETE",
        path=_GROUP_CONNECTION,
        make=lambda call: ops.RemoveConnectionFromGroup(
            hub=call.hub, group=call.group, connection_id=call.connection_id
        ),
        success=204,
    ),
    Operation(
        method="DELETE",
        path=_CONNECTION + "/groups",
        make=lambda call: ops.RemoveConnectionFromAllGroups(
            hub=call.hub, connection_id=call.connection_id
        ),
        success=204,
    ),
    Operation(
        method="PUT",
        path=_USER_GROUP,
        make=lambda call: ops.AddUserToGroup(hub=call.hub, user_id=call.user_id, group=call.group),
        success=200,
        absence=Absence(None, "User"),
    ),
    Operation(
        method="DELETE",
        path=_USER_GROUP,
        make=lambda call: ops.RemoveUserFromGroup(
            hub=call.hub, user_id=call.user_id, group=call.group
        ),
        success=204,
    ),
    Operation(
        method="DELETE",
        path=_USER + "/groups",
        make=lambda call: ops.RemoveUserFromAllGroups(hub=call.hub, user_id=call.user_id),
        success=204,
    ),
    # Permissions
    Operation(
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
        absence=_NO_PERMISSION,
    ),
    Operation(
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
        absence=_NO_PERMISSION,
    ),
    Operation(
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
    ),
    # Known, and refused
    Operation(method="POST", path=_HUB + "/:generateToken", make=_generate_token, success=200),
    Operation(
        method="POST",
        path=_HUB + "/:addToGroups",
        make=_not_supported("add connections to groups"),
        success=200,
    ),
    Operation(
        method="POST",
        path=_HUB + "/:removeFromGroups",
        make=_not_supported("remove connections from groups"),
        success=200,
    ),
    Operation(
        method="GET",
        path=_GROUP + "/connections",
        make=_not_supported("list the connections of a group"),
        success=200,
    ),
)
