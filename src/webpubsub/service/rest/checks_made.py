"""Which checks a call has passed before it was refused, for whoever asks why.

Checks depend on nothing but the call, the settings and the time, so they are made again: who is
answered pays nothing for them to be told.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile

from webpubsub.protocol.refusals import CheckMade, Refusal, RefusalKind, Refused
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.protocol.refusals.hub import FILTER_INVALID
from webpubsub.protocol.token_checks import passed_token_checks
from webpubsub.service.rest import checks
from webpubsub.service.rest.authentication import Authentication, bearer_token
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.checks import NAME_RULES, Check
from webpubsub.service.rest.operation import Operation


def checks_until(
    refusal: Refusal, operation: Operation, call: Call, made_of_all: Iterable[Check]
) -> tuple[CheckMade, ...]:
    """All checks of a routed call up to a refusal, which is the last. ``made_of_all`` are those
    that come before the operation's own."""
    made = [
        CheckMade(kind=kinds.PATH_UNKNOWN, seen=operation.path),
        CheckMade(kind=kinds.METHOD_WRONG, seen=operation.method),
    ]
    for check in (*made_of_all, *operation.checks):
        try:
            check(call)
        except Refused:
            made += _begun(check, call, refusal.kind)
            break
        made += _passed(check, call)
    return (*made, CheckMade(kind=refusal.kind, seen=refusal.seen, passed=False))


def _is_authentication(check: Check) -> bool:
    return isinstance(getattr(check, "__self__", None), Authentication)


def _begun(check: Check, call: Call, refused: RefusalKind) -> Sequence[CheckMade]:
    """What has been passed within a check that was not."""
    if _is_authentication(check) and refused.code != kinds.TOKEN_MISSING.code:
        return _token(call, refused)
    if check is checks.check_names:
        return list(takewhile(lambda one: one.kind != refused, _names(call)))
    return ()


def _passed(check: Check, call: Call) -> Sequence[CheckMade]:
    if _is_authentication(check):
        return _token(call, kinds.INTERNAL_ERROR)
    return PASSED[check](call)


def _token(call: Call, refused: RefusalKind) -> Sequence[CheckMade]:
    there = CheckMade(kind=kinds.TOKEN_MISSING, seen="a token")
    if call.is_entra:
        return [there]
    return [there, *passed_token_checks(bearer_token(call.request), call.now, refused)]


def _names(call: Call) -> Sequence[CheckMade]:
    return [
        CheckMade(kind=NAME_RULES[place].kind, seen=f"{place} {checks.shown(name)}")
        for place, name in call.names.items()
    ]


def _values(kind: RefusalKind, *names: str) -> Callable[[Call], Sequence[CheckMade]]:
    """What a check of query parameters has seen."""

    def passed(call: Call) -> Sequence[CheckMade]:
        given = [f"{name} {checks.shown(v)}" for name in names for v in call.target.values(name)]
        return [CheckMade(kind=kind, seen=", ".join(given[:3]) or "none")]

    return passed


#: What is told of each check that was passed, but of the token. Two of them refuse nothing.
PASSED: Mapping[Check, Callable[[Call], Sequence[CheckMade]]] = {
    checks.check_api_version: _values(kinds.API_VERSION_UNKNOWN, "api-version"),
    checks.check_names: _names,
    checks.check_permission: _values(kinds.TARGET_NAME_INVALID, "targetName"),
    checks.check_excluded: lambda _: (),
    checks.check_reason: lambda _: (),
    checks.check_ttl: _values(kinds.TTL_INVALID, "messageTtlSeconds"),
    checks.check_filter: _values(FILTER_INVALID, "filter"),
    checks.check_page: _values(kinds.PAGE_SIZE_INVALID, "maxpagesize", "top"),
    checks.check_continuation: lambda call: [
        CheckMade(
            kind=kinds.CONTINUATION_INVALID, seen="none" if call.after is None else "a valid one"
        )
    ],
    checks.check_entra: lambda _: [CheckMade(kind=kinds.ENTRA_REQUIRED, seen="an Entra token")],
    checks.check_client: _values(kinds.GROUP_INVALID, "group"),
    checks.check_minutes: _values(kinds.MINUTES_INVALID, "minutesToExpire"),
    checks.check_client_type: _values(kinds.CLIENT_TYPE_INVALID, "clientType"),
}
