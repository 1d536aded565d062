"""On what terms a client is let in: what its token says, and what the application makes of it.

Specification: client-protocols section 1.5, upstream-events section 9.
"""

import re
from http import HTTPStatus
from typing import NoReturn

import msgspec

from webpubsub.protocol.names import is_group_name
from webpubsub.protocol.outcomes import ConnectAccepted, EventFailed, EventOutcome
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals import handshake as kinds
from webpubsub.service.front_door.attempt import Attempt

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """On what terms a client is let in: the token's, with the application's overrides."""

    user_id: str | None
    roles: tuple[str, ...]
    groups: tuple[str, ...]
    subprotocol: str | None


def agree(attempt: Attempt, outcome: EventOutcome) -> Agreement:
    """What the connect event's outcome makes of an attempt. Raises Refused."""
    if isinstance(outcome, EventFailed):
        raise Refused(_refused_by_application(outcome))
    answer = outcome if isinstance(outcome, ConnectAccepted) else ConnectAccepted()
    identity = attempt.identity
    return Agreement(
        # An empty user id makes the client anonymous.
        user_id=(identity.user_id if answer.user_id is None else answer.user_id) or None,
        roles=identity.roles if answer.roles is None else _checked_roles(answer.roles),
        groups=_checked_groups(answer.groups) if answer.groups else identity.groups,
        subprotocol=_chosen_subprotocol(attempt, answer.subprotocol),
    )


def _refused_by_application(outcome: EventFailed) -> Refusal:
    status = outcome.status if 300 <= outcome.status < 600 else 500
    refused = 400 <= status < 500
    kind = kinds.CONNECT_REFUSED if refused else kinds.CONNECT_FAILED
    return msgspec.structs.replace(kind, http_status=status).refuse(
        f"status {outcome.status} {outcome.message}".strip(),
        _phrase(status) if refused else "The connect event failed.",
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Refused"


def _checked_groups(groups: tuple[str, ...]) -> tuple[str, ...]:
    if not all(is_group_name(group) for group in groups):
        _refuse_response("an invalid group name")
    return groups


def _checked_roles(roles: tuple[str, ...]) -> tuple[str, ...]:
    if not all(role.strip() for role in roles):
        _refuse_response("a blank role")
    return roles


def _chosen_subprotocol(attempt: Attempt, answer: str | None) -> str | None:
    if answer is None or not answer.strip():
        return attempt.subprotocol
    if not _TOKEN.fullmatch(answer):
        _refuse_response("a subprotocol that cannot stand in a header")
    # The client compares with its own spelling.
    return next((name for name in attempt.offered if name.lower() == answer.lower()), answer)


def _refuse_response(seen: str) -> NoReturn:
    raise Refused(kinds.CONNECT_RESPONSE_INVALID.refuse(seen, "The connect event failed."))
