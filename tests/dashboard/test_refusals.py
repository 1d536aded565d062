"""Refusals with their checks in order. Specification: client-protocols sections 1.3 and 1.4."""

from typing import Any

import jwt
import pytest

from webpubsub.dashboard.refusals import checks_until, shown_refusal
from webpubsub.protocol.access_tokens import verify
from webpubsub.protocol.refusals import CheckMade, Refused, handshake, rest, tokens
from webpubsub.protocol.refusals.orders import HANDSHAKE_CHECKS, REST_CHECKS, TOKEN_CHECKS

KEY = "the-key-of-the-tests-of-the-dashboard"


def test_checks_above_have_passed_and_those_below_were_not_made() -> None:
    """The one that failed says what it saw, and how to mend it."""
    refusal = tokens.TOKEN_EXPIRED.refuse("600 seconds ago", "told")
    shown = shown_refusal(refusal, HANDSHAKE_CHECKS)
    results = [check.result for check in shown.checks]
    at = results.index("failed")
    assert results[:at] == ["passed"] * at
    assert set(results[at + 1 :]) == {"not reached"}
    failed = shown.checks[at]
    assert (failed.code, failed.seen) == ("token.expired", "600 seconds ago")
    assert failed.remedy == tokens.TOKEN_EXPIRED.remedy
    assert (shown.told, shown.shown_as) == ("told", "HTTP status 401")


def test_without_a_refusal_all_have_passed() -> None:
    """As for a token that is good."""
    assert {check.result for check in checks_until(None, TOKEN_CHECKS)} == {"passed"}


def test_a_refusal_that_is_not_among_them_stands_alone() -> None:
    """Nothing is said of checks that may not have been made."""
    [check] = checks_until(rest.UNHEALTHY.refuse("stopping"), REST_CHECKS)
    assert (check.code, check.result) == (rest.UNHEALTHY.code, "failed")


def test_checks_that_were_kept_are_shown_as_they_were() -> None:
    """With what each has seen."""
    refusal = handshake.HUB_INVALID.refuse("the hub name ''")
    made = (
        CheckMade(kind=handshake.NOT_AN_UPGRADE, seen="GET, version 13"),
        CheckMade(kind=handshake.HUB_INVALID, seen="the hub name ''", passed=False),
    )
    shown = shown_refusal(refusal, HANDSHAKE_CHECKS, made)
    assert [(one.code, one.result, one.seen) for one in shown.checks] == [
        (handshake.NOT_AN_UPGRADE.code, "passed", "GET, version 13"),
        (handshake.HUB_INVALID.code, "failed", "the hub name ''"),
    ]


def test_a_status_of_the_application_is_explained_too() -> None:
    """Such a kind is a copy of that of the catalogue, with another status."""
    kind = handshake.CONNECT_REFUSED
    copy = type(kind)(code=kind.code, checked="", wanted="", remedy="", http_status=418)
    assert shown_refusal(copy.refuse("status 418")).remedy == kind.remedy


#: Each token fails this check and all below it.
FAILING: list[tuple[str, dict[str, Any]]] = [
    ("token.signature", {"key": "another-key-that-is-long-enough-for-hs256", "exp": None}),
    ("token.lifetime.missing", {"exp": None, "nbf": 9e9, "aud": "x"}),
    ("token.expired", {"exp": 1, "nbf": 9e9, "aud": "x"}),
    ("token.too-early", {"nbf": 9e9, "aud": "x"}),
    ("token.audience", {"aud": "x"}),
]


@pytest.mark.parametrize(("code", "members"), FAILING)
def test_the_order_is_that_in_which_tokens_are_checked(code: str, members: dict[str, Any]) -> None:
    """A token with several mistakes is refused for the first of them."""
    key = members.pop("key", KEY)
    claims = {"exp": 2000, "aud": "good", **members}
    token = jwt.encode({k: v for k, v in claims.items() if v is not None}, key, "HS256")
    with pytest.raises(Refused) as caught:
        verify(token, keys=[KEY], is_audience=lambda one: one == "good", now=1000)
    assert caught.value.refusal.kind.code == code
    codes = [kind.code for kind in TOKEN_CHECKS]
    assert codes.index(code) == len(codes) - len(FAILING) + [one for one, _ in FAILING].index(code)
