"""A refusal as the page shows it: every check on the way, in order, and the one that failed."""

from collections.abc import Sequence

import msgspec

from webpubsub.protocol.refusals import CheckMade, Refusal, RefusalKind
from webpubsub.protocol.refusals.catalogue import KINDS, shown


class ShownCheck(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One check; ``result`` is ``passed``, ``failed`` or ``not reached``."""

    code: str
    checked: str
    wanted: str
    result: str
    seen: str | None = None
    remedy: str | None = None
    setting: str | None = None


class ShownRefusal(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Why something was refused. ``told`` is what the other side saw of it, ``shown_as`` how."""

    code: str
    checked: str
    wanted: str
    seen: str
    remedy: str
    shown_as: str
    told: str = ""
    setting: str | None = None
    checks: list[ShownCheck] = []


def shown_refusal(
    refusal: Refusal, order: Sequence[RefusalKind] = (), made: Sequence[CheckMade] = ()
) -> ShownRefusal:
    """A refusal after the checks that were ``made``. Where nobody has kept them, it is shown among
    those of ``order``, if it is one of them, else by itself."""
    kind = KINDS.get(refusal.kind.code, refusal.kind)
    return ShownRefusal(
        code=kind.code,
        checked=kind.checked,
        wanted=kind.wanted,
        seen=refusal.seen,
        remedy=kind.remedy,
        shown_as=shown(kind),
        told=refusal.wire_message,
        setting=kind.setting,
        checks=[_made(one) for one in made] or checks_until(refusal, order),
    )


def checks_until(refusal: Refusal | None, order: Sequence[RefusalKind]) -> list[ShownCheck]:
    """All checks of ``order``: those above the refusal have passed, those below it were not made.
    Without a refusal, all have passed; one that is not among them stands alone."""
    codes = [kind.code for kind in order]
    if refusal is None:
        return [_check(kind, "passed") for kind in order]
    if refusal.kind.code not in codes:
        return [_failed(refusal)]
    place = codes.index(refusal.kind.code)
    return [
        *(_check(kind, "passed") for kind in order[:place]),
        _failed(refusal),
        *(_check(kind, "not reached") for kind in order[place + 1 :]),
    ]


def _check(kind: RefusalKind, result: str) -> ShownCheck:
    return ShownCheck(kind.code, kind.checked, kind.wanted, result)


def _made(check: CheckMade) -> ShownCheck:
    kind, failed = check.kind, not check.passed
    return ShownCheck(
        kind.code,
        kind.checked,
        kind.wanted,
        "failed" if failed else "passed",
        check.seen,
        kind.remedy if failed else None,
        kind.setting if failed else None,
    )


def _failed(refusal: Refusal) -> ShownCheck:
    kind = refusal.kind
    return ShownCheck(
        kind.code, kind.checked, kind.wanted, "failed", refusal.seen, kind.remedy, kind.setting
    )
