"""Which checks a client has passed before it was refused, for whoever asks why.

Checks depend on nothing but the request, the settings and the time, so they are made again: who is
let in pays nothing for them to be told.
"""

from collections.abc import Callable, Mapping, Sequence

from webpubsub.protocol.refusals import CheckMade, Refusal, RefusalKind, Refused
from webpubsub.protocol.refusals import handshake as kinds
from webpubsub.protocol.refusals.orders import EARLY_HANDSHAKE_CHECKS, LATE_HANDSHAKE_CHECKS
from webpubsub.protocol.refusals.websockets import RECOVERY_REFUSED
from webpubsub.protocol.token_checks import passed_token_checks
from webpubsub.service.front_door import handshake
from webpubsub.service.front_door.attempt import Attempt
from webpubsub.service.front_door.handshake import CHECKS, Check, token_in


def early_checks_until(refusal: Refusal) -> tuple[CheckMade, ...]:
    """All checks up to a refusal of somebody whose handshake has not begun."""
    return (*_until(refusal.kind, EARLY_HANDSHAKE_CHECKS), _failing(refusal))


def checks_until(refusal: Refusal, attempt: Attempt) -> tuple[CheckMade, ...]:
    """All checks up to a refusal, which is the last. The attempt is one that nobody has checked."""
    made: list[CheckMade] = []
    failing = _failing(refusal)
    for check in CHECKS:
        if attempt.recovery is not None:
            return (*made, failing)
        try:
            check(attempt)
        except Refused:
            made += _begun(check, attempt, refusal.kind)
            return (*made, failing)
        except Exception:  # the very failure that is told of
            return (*made, failing)
        made += PASSED[check](attempt)
    if refusal.kind.code != kinds.INTERNAL_ERROR.code:  # which may come at any time
        made += _until(refusal.kind, LATE_HANDSHAKE_CHECKS)
    return (*made, failing)


def _failing(refusal: Refusal) -> CheckMade:
    return CheckMade(kind=refusal.kind, seen=refusal.seen, passed=False)


def _one(kind: RefusalKind, seen: str) -> list[CheckMade]:
    return [CheckMade(kind=kind, seen=seen)]


def _token(attempt: Attempt, refused: RefusalKind = kinds.INTERNAL_ERROR) -> list[CheckMade]:
    token = token_in(attempt)
    if not token:
        return _one(kinds.TOKEN_MISSING, "none, which this hub does not ask for")
    there = CheckMade(kind=kinds.TOKEN_MISSING, seen="a token")
    return [there, *passed_token_checks(token, attempt.now, refused)]


def _recovery(attempt: Attempt) -> list[CheckMade]:
    if attempt.recovery is None:
        return []
    return _one(RECOVERY_REFUSED, f"a token for the connection '{attempt.recovery}'")


def _begun(check: Check, attempt: Attempt, refused: RefusalKind) -> list[CheckMade]:
    """What has been passed within a check that was not."""
    if check is handshake.check_token and refused.code != kinds.TOKEN_MISSING.code:
        return _token(attempt, refused)
    return []


#: What is told of each check that was passed.
PASSED: Mapping[Check, Callable[[Attempt], list[CheckMade]]] = {
    handshake.check_upgrade: lambda _: _one(kinds.NOT_AN_UPGRADE, "one"),
    handshake.check_hub: lambda attempt: _one(kinds.HUB_INVALID, f"'{attempt.hub}'"),
    handshake.check_recovery: _recovery,
    handshake.check_token: _token,
    handshake.check_groups: lambda attempt: _one(
        kinds.TOKEN_GROUP_INVALID, f"{len(attempt.identity.groups)} groups"
    ),
    handshake.check_mode: lambda attempt: _one(
        kinds.MODE_INVALID, f"'{attempt.last('webpubsub_mode')}'"
    ),
}

#: What else is looked at, before the handshake begins and once all that needs nobody's answer has
#: been passed.
_SEEN: Mapping[RefusalKind, str] = {
    kinds.HEAD_TOO_LARGE: "no more than that",
    kinds.HEAD_INVALID: "one",
    kinds.PATH_RESERVED: "a path that is not reserved",
    kinds.SERVICE_FULL: "room for one more",
    kinds.CONNECT_FAILED: "an answer",
    kinds.CONNECT_REFUSED: "success",
    kinds.CONNECT_RESPONSE_INVALID: "valid overrides",
    kinds.GROUPS_TOO_MANY: "no more than that",
}


def _until(refused: RefusalKind, order: Sequence[RefusalKind]) -> list[CheckMade]:
    passed: list[CheckMade] = []
    for kind in order:
        if kind.code == refused.code:
            break
        passed.append(CheckMade(kind=kind, seen=_SEEN[kind]))
    return passed
