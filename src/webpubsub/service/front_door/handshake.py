"""Who may connect: the checks of a client's handshake, in order.

The checks are a table, each looking at what the ones before it found. What the application says
comes after them. Specification: client-protocols sections 1.2 to 1.4 and 1.6, rest-api section 4.3.
"""

import re
from collections.abc import Callable
from typing import NoReturn

from webpubsub.protocol import access_tokens, reconnection_tokens
from webpubsub.protocol.audiences import client_audience_matches
from webpubsub.protocol.names import is_group_name, is_hub_name
from webpubsub.protocol.reconnection_tokens import InvalidReconnectionToken
from webpubsub.protocol.refusals import Refused
from webpubsub.protocol.refusals import handshake as kinds
from webpubsub.protocol.refusals.websockets import RECOVERY_REFUSED, close_refusal
from webpubsub.service.connections.client import RawGroup
from webpubsub.service.front_door.attempt import Attempt
from webpubsub.service.front_door.request_head import RequestHead
from webpubsub.service.hub_settings.model import AllHubSettings
from webpubsub.service.settings import ServiceSettings

#: Base64 of 16 bytes.
_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")
_NO_ECHO = {"": False, "false": False, "true": True}


def check_upgrade(attempt: Attempt) -> None:
    """Is it a WebSocket handshake?"""
    head = attempt.head
    version = head.header("Sec-WebSocket-Version")
    if head.method != "GET" or head.version != "HTTP/1.1":
        _refuse_upgrade(f"{head.method} {head.version}")
    if not _names(head, "Upgrade", "websocket") or not _names(head, "Connection", "upgrade"):
        _refuse_upgrade("no Upgrade: websocket with Connection: Upgrade")
    if version != "13":
        _refuse_upgrade(f"the version '{version}'")
    if not _KEY.fullmatch(head.header("Sec-WebSocket-Key")):
        _refuse_upgrade("a Sec-WebSocket-Key that is not base64 of 16 bytes")


def check_hub(attempt: Attempt) -> None:
    """Does the URL name a hub? On the legacy path the name is in the query."""
    segments = [segment for segment in attempt.head.segments if segment]
    hub = segments[2] if len(segments) > 2 else attempt.last("hub")
    if not hub.strip():
        raise Refused(kinds.HUB_INVALID.refuse("no hub name", "The hub name is missing."))
    if not is_hub_name(hub):
        raise Refused(kinds.HUB_INVALID.refuse(f"the hub name '{hub}'", "The hub name is invalid."))
    attempt.hub = hub.lower()


def check_recovery(attempt: Attempt) -> None:
    """Does the client want its old connection back? Then its reconnection token is all that
    matters.

    Without a valid one it is let in only to be told no: an HTTP error would make the official
    clients try again for half a minute.
    """
    connection_id = attempt.last("awps_connection_id")
    if not connection_id:
        return
    token = attempt.last("awps_reconnection_token")
    try:
        reconnection_tokens.verify(
            token, connection_id, keys=attempt.settings.access_keys, now=attempt.now
        )
    except InvalidReconnectionToken as error:
        raise Refused(close_refusal(RECOVERY_REFUSED, str(error))) from None
    attempt.recovery = connection_id


def check_token(attempt: Attempt) -> None:
    """Is there an access token, and is it valid for this hub? The query wins over the header.

    A hub may let clients without one in; a token that is there must be valid all the same.
    """
    token = token_in(attempt)
    if not token:
        if attempt.hub_settings.of(attempt.hub).allow_anonymous:
            return
        raise Refused(kinds.TOKEN_MISSING.refuse("neither", "The access token is missing."))
    authorities = {attempt.head.header("Host"), attempt.settings.public_authority or ""} - {""}
    claims = access_tokens.verify(
        token,
        keys=attempt.settings.access_keys,
        is_audience=lambda audience: client_audience_matches(
            audience, authorities=authorities, hub=attempt.hub
        ),
        now=attempt.now,
    )
    attempt.identity = access_tokens.client_claims(claims)


def check_groups(attempt: Attempt) -> None:
    """Are the token's groups names of groups?"""
    for group in attempt.identity.groups:
        if not is_group_name(group):
            raise Refused(
                kinds.TOKEN_GROUP_INVALID.refuse(
                    f"a group name of {len(group)} characters",
                    "The token contains an invalid group name.",
                )
            )


def check_mode(attempt: Attempt) -> None:
    """Is the mode of a simple client one that exists? Of no concern to other clients."""
    mode = attempt.last("webpubsub_mode").lower()
    if attempt.subprotocol is not None or mode in ("", "sendevent"):
        return
    if mode != "sendtogroup":
        _refuse_mode(f"the mode '{mode}'", "Only raw sendToGroup mode is supported.")
    groups = attempt.query.get("group", [])
    if len(groups) != 1 or not is_group_name(groups[0]):
        _refuse_mode(f"{len(groups)} groups", "The raw sendToGroup group name is invalid.")
    no_echo = attempt.last("noEcho").lower()
    if no_echo not in _NO_ECHO:
        _refuse_mode(f"noEcho '{no_echo}'", "The raw sendToGroup noEcho value is invalid.")
    attempt.raw_group = RawGroup(groups[0], _NO_ECHO[no_echo])


Check = Callable[[Attempt], None]


#: Each raises Refused, and none is made before those above it have passed. Those below recovery
#: concern new connections only.
CHECKS: tuple[Check, ...] = (
    check_upgrade,
    check_hub,
    check_recovery,
    check_token,
    check_groups,
    check_mode,
)


def examine(
    head: RequestHead,
    settings: ServiceSettings,
    now: float,
    hub_settings: AllHubSettings | None = None,
) -> Attempt:
    """Make all checks that need nobody's answer.

    Raises Refused: with an HTTP status when the client is to be turned away, with a close code when
    it is to be let in and the connection closed at once.
    """
    attempt = Attempt(head, settings, now, hub_settings)
    for check in CHECKS:
        if attempt.recovery is None:
            check(attempt)
    return attempt


def _refuse_upgrade(seen: str) -> NoReturn:
    raise Refused(kinds.NOT_AN_UPGRADE.refuse(seen, "This is not a WebSocket handshake."))


def _refuse_mode(seen: str, text: str) -> NoReturn:
    raise Refused(kinds.MODE_INVALID.refuse(seen, text))


def _names(head: RequestHead, header: str, token: str) -> bool:
    return token in map(str.lower, head.header_tokens(header))


def token_in(attempt: Attempt) -> str:
    """The access token that a client gives, or the empty string."""
    return _query_token(attempt) or _bearer_token(attempt.head.header("Authorization"))


def _query_token(attempt: Attempt) -> str:
    for name, value in attempt.head.query:
        if value and name.lower() == "access_token":
            return value
    return ""


def _bearer_token(authorization: str) -> str:
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
