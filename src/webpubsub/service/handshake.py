"""Who may connect: the checks of a client's handshake, in order, and what the application says.

The checks are a table, each looking at what the ones before it found. Those after the table are the
connect event, which is awaited, and its answer, which may override what the token says.
Specification: client-protocols sections 1.2 to 1.6, rest-api section 4.3, upstream-events section
9.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NoReturn

import msgspec

from webpubsub.protocol import access_tokens, reconnection_tokens
from webpubsub.protocol.access_tokens import ClientIdentity
from webpubsub.protocol.audiences import client_audience_matches
from webpubsub.protocol.clients.registry import select_subprotocol
from webpubsub.protocol.names import is_group_name, is_hub_name
from webpubsub.protocol.outcomes import ConnectAccepted, EventFailed, EventOutcome
from webpubsub.protocol.reconnection_tokens import InvalidReconnectionToken
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals import handshake as kinds
from webpubsub.protocol.refusals.websockets import RECOVERY_REFUSED, close_refusal
from webpubsub.service.hub_settings.model import AllHubSettings
from webpubsub.service.request_head import RequestHead, gather, gather_headers
from webpubsub.service.settings import ServiceSettings

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_HIDDEN_HEADER_PREFIX = "x-asrs-internal-"
_NO_ECHO = {"": False, "false": False, "true": True}


class RawGroup(msgspec.Struct, frozen=True):
    """Where a simple client in sendToGroup mode sends everything."""

    group: str
    no_echo: bool


class Attempt:
    """A client's wish to connect, and what the checks have found out about it so far.

    ``now`` is seconds since the epoch.
    """

    def __init__(
        self,
        head: RequestHead,
        settings: ServiceSettings,
        now: float,
        hub_settings: AllHubSettings | None = None,
    ) -> None:
        self.head = head
        self.settings = settings
        self.hub_settings = hub_settings or AllHubSettings()
        self.now = now
        self.query = gather(head.query)
        self.offered = head.header_tokens("Sec-WebSocket-Protocol")
        self.subprotocol = select_subprotocol(self.offered)
        self.hub = ""
        self.identity = ClientIdentity()
        self.raw_group: RawGroup | None = None
        #: Which connection the client has proved to be its own, and wants back.
        self.recovery: str | None = None

    def shown_query(self) -> Mapping[str, list[str]]:
        """The query as the connect event shows it."""
        return {name: v for name, v in self.query.items() if name.lower() != "access_token"}

    def shown_headers(self) -> Mapping[str, list[str]]:
        """The headers as the connect event shows them."""
        return gather_headers(
            (name, value)
            for name, value in self.head.headers
            if name.lower() != "authorization"
            and not name.lower().startswith(_HIDDEN_HEADER_PREFIX)
        )

    def last(self, name: str) -> str:
        """The last value of a query parameter, or the empty string."""
        return self.query.get(name, [""])[-1]


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """On what terms a client is let in: the token's, with the application's overrides."""

    user_id: str | None
    roles: tuple[str, ...]
    groups: tuple[str, ...]
    subprotocol: str | None


def check_upgrade(attempt: Attempt) -> None:
    """Is it a WebSocket handshake?"""
    head = attempt.head
    upgrade = {token.lower() for token in head.header_tokens("Upgrade")}
    connection = {token.lower() for token in head.header_tokens("Connection")}
    version = head.header("Sec-WebSocket-Version")
    if head.method != "GET" or head.version != "HTTP/1.1":
        _refuse_upgrade(f"{head.method} {head.version}")
    if "websocket" not in upgrade or "upgrade" not in connection:
        _refuse_upgrade("no Upgrade: websocket with Connection: Upgrade")
    if version != "13":
        _refuse_upgrade(f"the version '{version}'")
    if not _is_websocket_key(head.header("Sec-WebSocket-Key")):
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
    token = _query_token(attempt) or _bearer_token(attempt.head.header("Authorization"))
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


def _refuse_upgrade(seen: str) -> NoReturn:
    raise Refused(kinds.NOT_AN_UPGRADE.refuse(seen, "This is not a WebSocket handshake."))


def _refuse_mode(seen: str, text: str) -> NoReturn:
    raise Refused(kinds.MODE_INVALID.refuse(seen, text))


def _is_websocket_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False


def _query_token(attempt: Attempt) -> str:
    values = (value for name, value in attempt.head.query if name.lower() == "access_token")
    return next((value for value in values if value), "")


def _bearer_token(authorization: str) -> str:
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


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
