"""What a hub refuses to carry out. Specification: rest-api sections 5.2, 6.4 and 6.7,
client-protocols section 9.4."""

from webpubsub.protocol.refusals.kinds import RefusalKind

CONNECTION_UNKNOWN = RefusalKind(
    code="hub.connection.unknown",
    checked="the connection that the operation names",
    wanted="a connection of this hub that is still alive",
    remedy="Take the connection id from an event or from the connected message, and use the same "
    "hub; ids of ended connections are never reused.",
    http_status=404,
)

USER_UNKNOWN = RefusalKind(
    code="hub.user.unknown",
    checked="the connections of the user that the operation names",
    wanted="at least one connection of exactly this user id in this hub",
    remedy="Only current connections can join a group: add the user after it has connected. "
    "User ids are case-sensitive.",
    http_status=404,
)

MESSAGE_NULL = RefusalKind(
    code="hub.message.null",
    checked="the data of a message of the application",
    wanted="any JSON but null, which official clients drop or fail on",
    remedy="Send an object with a member that is null, an empty text, or nothing.",
    http_status=400,
)

PERMISSIONS_FULL = RefusalKind(
    code="hub.permissions.full",
    checked="how many single groups a permission of the connection has been granted or revoked for",
    wanted="fewer than the limit, which is 1000 unless it is set",
    remedy="Use a role with a pattern, or the permission for every group, or raise the limit.",
    setting="max_permission_groups",
    http_status=409,
)

GROUPS_FULL = RefusalKind(
    code="hub.groups.full",
    checked="how many groups a connection is in that is to join another one",
    wanted="fewer than the limit",
    remedy="Raise the limit, or have the connection leave a group before.",
    setting="max_groups",
    http_status=409,
)

FILTER_INVALID = RefusalKind(
    code="hub.filter.invalid",
    checked="the filter that says which connections are meant",
    wanted="an OData expression about userId, connectionId, groups or protocol that is true or "
    "false",
    remedy="The message says which part is wrong. Texts are in single quotes, and a group is asked "
    "for like this: 'lobby' in groups.",
    http_status=400,
)

GROUP_STATE_NOT_MEMBER = RefusalKind(
    code="hub.group-state.not-member",
    checked="whether a client that sets its state in a group is in the group",
    wanted="a member",
    remedy="Join the group before; the state is gone when the client leaves it again.",
    ack_error="BadRequest",
)

GROUP_STATES_FULL = RefusalKind(
    code="hub.group-state.full",
    checked="in how many groups a client has a state",
    wanted="fewer than the limit, which is 100 unless it is set",
    remedy="Clear the states that are not needed any more, or raise the limit.",
    setting="max_group_states",
    ack_error="BadRequest",
)

GROUP_SUBSCRIPTIONS_FULL = RefusalKind(
    code="hub.group-state.subscriptions-full",
    checked="of how many groups a client watches the states",
    wanted="fewer than the limit, which is 100 unless it is set",
    remedy="Unsubscribe from groups that are not watched any more, or raise the limit.",
    setting="max_group_state_subscriptions",
    ack_error="BadRequest",
)
