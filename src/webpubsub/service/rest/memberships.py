"""Whom and which groups a change of memberships is about: the JSON body of such a call.

Specification: rest-api section 6.5.
"""

from typing import Any

import msgspec

from webpubsub.protocol.filters import FilterError, compile_filter
from webpubsub.protocol.names import is_group_name
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.protocol.refusals.hub import FILTER_INVALID


class MembershipChange(msgspec.Struct, frozen=True):
    """Groups without repetition, and the text of a filter; None means every connection."""

    groups: tuple[str, ...]
    filter: str | None


def parse_change(data: bytes) -> MembershipChange:
    """What a body says. The names of its members count in any letter case. Raises Refused."""
    try:
        body = msgspec.json.decode(data)
    except (ValueError, RecursionError) as error:
        raise Refused(
            kinds.BODY_NOT_JSON.refuse(str(error), "The request body is not a valid JSON.")
        ) from None
    if not isinstance(body, dict):
        raise Refused(_refused("a body that is no object", "The body must be a JSON object."))
    members = {name.lower(): value for name, value in body.items()}
    return MembershipChange(_groups(members.get("groups")), _filter(members.get("filter")))


def _groups(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise Refused(_refused("no list of groups", "groups must be a list of group names."))
    # A name once, in the order in which they came: repetition would be work without effect.
    names = tuple(dict.fromkeys(one if isinstance(one, str) else "" for one in value))
    if not all(map(is_group_name, names)):
        text = "groups must hold valid group names: 1 to 1024 characters, not only white space."
        raise Refused(_refused("something in groups that is no group name", text))
    return names


def _filter(value: Any) -> str | None:
    if not isinstance(value, str | None):
        raise Refused(_refused("a filter that is no text", "filter must be a text or null."))
    if value:
        check_filter_text(value)
    return value or None


def check_filter_text(text: str) -> None:
    """Does a filter mean something? Raises Refused."""
    try:
        compile_filter(text)
    except FilterError as error:
        raise Refused(FILTER_INVALID.refuse(str(error), str(error))) from None


def _refused(seen: str, wire_message: str) -> Refusal:
    return kinds.MEMBERSHIP_INVALID.refuse(seen, wire_message)
