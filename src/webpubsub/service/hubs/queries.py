"""Questions to a hub: who is there, who may do what, and who is in a group.

Specification: rest-api sections 5.6, 6.2 and 6.6.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any

from webpubsub.protocol import operations as ops
from webpubsub.service.hubs.register import Register
from webpubsub.service.sessions.session import Session


def page(register: Register, listing: ops.GroupListing) -> ops.GroupPage:
    """Some connections of a group. What comes or goes between two pages before the last id of the
    first moves nothing in the second."""
    members: Iterable[Session] = register.groups[listing.group].values()
    after = listing.after
    if after is not None:
        members = (session for session in members if session.connection_id > after)
    found = heapq.nsmallest(listing.limit + 1, members, key=attrgetter("connection_id"))
    shown = [ops.GroupMember(one.connection_id, one.user_id) for one in found[: listing.limit]]
    return ops.GroupPage(tuple(shown), len(found) > listing.limit)


def _connection_exists(register: Register, query: ops.ConnectionExists) -> bool:
    return query.connection_id in register.sessions


def _user_exists(register: Register, query: ops.UserExists) -> bool:
    return query.user_id in register.users


def _group_exists(register: Register, query: ops.GroupExists) -> bool:
    return query.group in register.groups


def _has_permission(register: Register, query: ops.HasPermission) -> bool:
    session = register.sessions.get(query.connection_id)
    return session is not None and session.permissions.allows(query.permission, query.target)


QUERIES: Mapping[type[ops.HubQuery], Callable[[Register, Any], bool]] = {
    ops.ConnectionExists: _connection_exists,
    ops.UserExists: _user_exists,
    ops.GroupExists: _group_exists,
    ops.HasPermission: _has_permission,
}
