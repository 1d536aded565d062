"""What is checked about the path and the query of a call.

Each check looks at one thing, raises Refused, and leaves what it has read on the call. Which checks
an operation has is in its row of the table of operations. Specification: rest-api sections 1.1,
1.3, 3.4 and 5.5.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from webpubsub.protocol.continuation_tokens import read_continuation_token
from webpubsub.protocol.names import is_group_name, is_hub_name
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.refusals import RefusalKind, Refused
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.memberships import check_filter_text

API_VERSIONS = ("2021-10-01", "2022-11-01", "2023-07-01", "2024-01-01", "2024-12-01")
MAX_TTL = 300
MAX_PAGE_SIZE = 200
MAX_INTEGER = 2_147_483_647
DEFAULT_MINUTES = 60

_TTL = re.compile("[0-9]{1,9}")
_NUMBER = re.compile("[0-9]{1,10}")
_SHOWN_CHARACTERS = 64

#: The numbers are the members of the enumeration in the service's own API definition.
_PERMISSIONS: Mapping[str, Permission] = {
    "sendtogroup": Permission.SEND_TO_GROUP,
    "joinleavegroup": Permission.JOIN_LEAVE_GROUP,
    "1": Permission.SEND_TO_GROUP,
    "2": Permission.JOIN_LEAVE_GROUP,
}

Check = Callable[[Call], None]


def shown(text: str) -> str:
    """A name for a log: quoted, without control characters, and not endless."""
    if len(text) > _SHOWN_CHARACTERS:
        return f"{text[:_SHOWN_CHARACTERS]!r}… ({len(text)} characters)"
    return repr(text)


class NameRule(msgspec.Struct, frozen=True):
    """What a name in the path must be."""

    is_valid: Callable[[str], bool]
    kind: RefusalKind
    wire_message: str


def _is_not_blank(name: str) -> bool:
    return bool(name) and not name.isspace()


def _is_permission(name: str) -> bool:
    return name.lower() in _PERMISSIONS


NAME_RULES: Mapping[str, NameRule] = {
    "hub": NameRule(is_hub_name, kinds.HUB_INVALID, "The hub name is invalid."),
    "group": NameRule(is_group_name, kinds.GROUP_INVALID, "The group name is invalid."),
    "userId": NameRule(_is_not_blank, kinds.USER_ID_INVALID, "The user ID is missing."),
    "connectionId": NameRule(
        _is_not_blank, kinds.CONNECTION_ID_INVALID, "The connection ID is missing."
    ),
    "permission": NameRule(
        _is_permission,
        kinds.PERMISSION_INVALID,
        "The permission must be sendToGroup or joinLeaveGroup.",
    ),
}


def check_api_version(call: Call) -> None:
    """Is there no version, or exactly one that is supported?"""
    versions = call.target.values("api-version")
    if versions and (len(versions) > 1 or versions[0] not in API_VERSIONS):
        raise Refused(
            kinds.API_VERSION_UNKNOWN.refuse(
                _shown_values(versions), "The API version is not supported."
            )
        )


def check_names(call: Call) -> None:
    """Is every name in the path one that can exist?"""
    for place, name in call.names.items():
        rule = NAME_RULES[place]
        if not rule.is_valid(name):
            raise Refused(rule.kind.refuse(shown(name), rule.wire_message))


def check_permission(call: Call) -> None:
    """Which permission is it about, and for which group?"""
    call.permission = _PERMISSIONS[call.names["permission"].lower()]
    targets = call.target.values("targetName")
    if len(targets) != 1 or not is_group_name(targets[0]):
        raise Refused(
            kinds.TARGET_NAME_INVALID.refuse(
                _shown_values(targets), "The target name must be one valid group name."
            )
        )
    call.target_name = targets[0]


def check_excluded(call: Call) -> None:
    """Which connections are left out? Unknown ones do no harm."""
    values = call.target.values("excluded")
    if values:
        call.excluded = frozenset(values)


def check_reason(call: Call) -> None:
    """What are the clients told? An empty reason is none."""
    call.reason = next(iter(call.target.values("reason")), "") or None


def check_ttl(call: Call) -> None:
    """Until when is the message worth delivering?"""
    values = call.target.values("messageTtlSeconds")
    if not values:
        return
    if len(values) > 1 or not _TTL.fullmatch(values[0]) or int(values[0]) > MAX_TTL:
        raise Refused(
            kinds.TTL_INVALID.refuse(
                _shown_values(values), f"messageTtlSeconds must be an integer from 0 to {MAX_TTL}."
            )
        )
    seconds = int(values[0])
    call.expires_at = call.now + seconds if seconds else None


def check_filter(call: Call) -> None:
    """Who is meant? An empty filter is none."""
    values = call.target.values("filter")
    if len(values) > 1:
        raise Refused(
            kinds.FILTER_REPEATED.refuse(_shown_values(values), "There is more than one filter.")
        )
    call.filter = values[0] if values and values[0] else None
    if call.filter is not None:
        check_filter_text(call.filter)


def check_page(call: Call) -> None:
    """How many are listed in this answer, and how many in all?"""
    call.page_size = (
        _bounded(call, "maxpagesize", MAX_PAGE_SIZE, kinds.PAGE_SIZE_INVALID) or MAX_PAGE_SIZE
    )
    call.top = _bounded(call, "top", MAX_INTEGER, kinds.TOP_INVALID)


def check_continuation(call: Call) -> None:
    """After which connection does the list go on?"""
    values = call.target.values("continuationToken")
    if not values:
        return
    token = values[0] if len(values) == 1 else ""
    call.after = read_continuation_token(token, call.hub, call.group, call.keys)
    if call.after is None:
        raise Refused(
            kinds.CONTINUATION_INVALID.refuse(
                _shown_values(values), "The continuation token is invalid."
            )
        )


def check_entra(call: Call) -> None:
    """Does the caller have a Microsoft Entra token?"""
    if not call.is_entra:
        raise Refused(
            kinds.ENTRA_REQUIRED.refuse(
                "an access key", "Client tokens are generated for Microsoft Entra callers only."
            )
        )


def check_client(call: Call) -> None:
    """Whom is a client token for, and what may it do?"""
    call.client_user = next(iter(call.target.values("userId")), None)
    call.roles = call.target.values("role")
    call.groups = call.target.values("group")
    for group in call.groups:
        if not is_group_name(group):
            raise Refused(kinds.GROUP_INVALID.refuse(shown(group), "The group name is invalid."))


def check_minutes(call: Call) -> None:
    """For how long is a client token valid?"""
    call.minutes = (
        _bounded(call, "minutesToExpire", MAX_INTEGER, kinds.MINUTES_INVALID) or DEFAULT_MINUTES
    )


def check_client_type(call: Call) -> None:
    """What kind of client is a token for?"""
    values = call.target.values("clientType")
    kind = values[0].lower() if len(values) == 1 else ""
    if values and kind not in ("default", "mqtt"):
        raise Refused(
            kinds.CLIENT_TYPE_INVALID.refuse(_shown_values(values), "The client type is invalid.")
        )
    if kind == "mqtt":
        raise Refused(kinds.NOT_SUPPORTED.refuse("MQTT", "MQTT clients are not supported yet."))


def _bounded(call: Call, name: str, most: int, kind: RefusalKind) -> int | None:
    """A whole number from 1 to ``most``; None when the parameter is absent."""
    values = call.target.values(name)
    if not values:
        return None
    number = int(values[0]) if len(values) == 1 and _NUMBER.fullmatch(values[0]) else 0
    if not 1 <= number <= most:
        text = f"{name} must be an integer from 1 to {most}."
        raise Refused(kind.refuse(_shown_values(values), text))
    return number


def _shown_values(values: Sequence[str]) -> str:
    return ", ".join(map(shown, values[:3])) or "none"
