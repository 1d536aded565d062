"""The checks of paths and queries.

Specification: client-protocols section 9.1, rest-api sections 1.1, 1.3, 5.5 and 10.
"""

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.operations import Permission
from webpubsub.protocol.refusals import RefusalKind, Refused
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.protocol.refusals.hub import FILTER_INVALID
from webpubsub.service.rest import checks
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.targets import parse_target

NOW = 1000.0


def call_of(target: str, **names: str) -> Call:
    return Call(make_mocked_request("GET", "/"), parse_target(target), names, NOW)


def refusal_of(check: checks.Check, call: Call) -> RefusalKind:
    with pytest.raises(Refused) as caught:
        check(call)
    return caught.value.refusal.kind


@pytest.mark.parametrize(
    "query", ["", *(f"?api-version={version}" for version in checks.API_VERSIONS)]
)
def test_supported_versions(query: str) -> None:
    """Each version passes, and so does none."""
    checks.check_api_version(call_of("/x" + query))


@pytest.mark.parametrize(
    "query",
    [
        "api-version=",
        "api-version=2030-01-01",
        "api-version=2024-12-01-preview",
        "api-version=2024-12-01%20",
        "api-version=2024-12-01,2024-01-01",
        "api-version=2024-12-01&api-version=2024-12-01",
        "api-version=2024-12-01&API-VERSION=2024-01-01",
    ],
)
def test_unsupported_versions(query: str) -> None:
    """Anything but one supported version is refused, repetition too."""
    assert refusal_of(checks.check_api_version, call_of("/x?" + query)) == kinds.API_VERSION_UNKNOWN


VALID_NAMES = (
    ("hub", "a"),
    ("hub", "Chat_1`,.[x]"),
    ("hub", "h" * 128),
    ("group", "g"),
    ("group", " g "),
    ("group", "g" * 1024),
    ("group", "😀" * 512),
    ("userId", " u"),
    ("userId", "u" * 5000),
    ("connectionId", "c"),
    ("permission", "sendToGroup"),
    ("permission", "JOINLEAVEGROUP"),
    ("permission", "1"),
    ("permission", "2"),
)

INVALID_NAMES = (
    ("hub", "", kinds.HUB_INVALID),
    ("hub", "1chat", kinds.HUB_INVALID),
    ("hub", "my-hub", kinds.HUB_INVALID),
    ("hub", "h" * 129, kinds.HUB_INVALID),
    ("hub", "chat\n", kinds.HUB_INVALID),
    ("group", "", kinds.GROUP_INVALID),
    ("group", " \t", kinds.GROUP_INVALID),
    ("group", "g" * 1025, kinds.GROUP_INVALID),
    ("group", "😀" * 513, kinds.GROUP_INVALID),
    ("userId", "", kinds.USER_ID_INVALID),
    ("userId", " ", kinds.USER_ID_INVALID),
    ("connectionId", "", kinds.CONNECTION_ID_INVALID),
    ("connectionId", "\u3000", kinds.CONNECTION_ID_INVALID),
    ("permission", "0", kinds.PERMISSION_INVALID),
    ("permission", "3", kinds.PERMISSION_INVALID),
    ("permission", "-1", kinds.PERMISSION_INVALID),
    ("permission", "sendToAll", kinds.PERMISSION_INVALID),
    ("permission", "sendToGroup,joinLeaveGroup", kinds.PERMISSION_INVALID),
)


@pytest.mark.parametrize(("place", "name"), VALID_NAMES)
def test_valid_names(place: str, name: str) -> None:
    """Names within the rules pass."""
    checks.check_names(call_of("/", **{place: name}))


@pytest.mark.parametrize(("place", "name", "kind"), INVALID_NAMES)
def test_invalid_names(place: str, name: str, kind: RefusalKind) -> None:
    """Each place has its own rule and its own refusal."""
    assert refusal_of(checks.check_names, call_of("/", **{place: name})) == kind


@pytest.mark.parametrize(("query", "expiry"), [("", None), ("0", None), ("300", 1300.0)])
def test_time_to_live(query: str, expiry: float | None) -> None:
    """A message expires that many seconds from now; zero and nothing mean never."""
    call = call_of("/x?messageTtlSeconds=" + query if query else "/x")
    checks.check_ttl(call)
    assert call.expires_at == expiry


@pytest.mark.parametrize(
    "query", ["", "-1", "301", "1.5", "x", "1&messageTtlSeconds=1", "%D9%A1", "9" * 5000]
)
def test_invalid_times_to_live(query: str) -> None:
    """Anything but one number in range is refused."""
    call = call_of("/x?messageTtlSeconds=" + query)
    assert refusal_of(checks.check_ttl, call) == kinds.TTL_INVALID


def test_excluded() -> None:
    """Values are taken as they are: no splitting, no trimming, duplicates do no harm."""
    call = call_of("/x?excluded=a,b&excluded=%20c&excluded=%20c&excluded=A")
    checks.check_excluded(call)
    assert call.excluded == {"a,b", " c", "A"}


@pytest.mark.parametrize(
    ("query", "reason"),
    [("", None), ("?reason=", None), ("?reason=a%20b%26c", "a b&c"), ("?reason=x&reason=y", "x")],
)
def test_reason(query: str, reason: str | None) -> None:
    """An empty reason is none, and of several the first counts."""
    call = call_of("/x" + query)
    checks.check_reason(call)
    assert call.reason == reason


@pytest.mark.parametrize(
    ("query", "text"),
    [("", None), ("?filter=", None), ("?FILTER=userId%20eq%20'a%2Bb'", "userId eq 'a+b'")],
)
def test_filter(query: str, text: str | None) -> None:
    """Without a filter, or with an empty one, everybody is meant."""
    call = call_of("/x" + query)
    checks.check_filter(call)
    assert call.filter == text


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("?filter=%20", FILTER_INVALID),
        ("?filter=userId", FILTER_INVALID),
        ("?filter=groups/any(g:%20g%20eq%20'a')", FILTER_INVALID),
        ("?filter=&filter=true", kinds.FILTER_REPEATED),
    ],
)
def test_wrong_filters(query: str, kind: RefusalKind) -> None:
    """A filter is never ignored: the message would reach too many."""
    assert refusal_of(checks.check_filter, call_of("/x" + query)) == kind


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("SendToGroup", Permission.SEND_TO_GROUP),
        ("joinleavegroup", Permission.JOIN_LEAVE_GROUP),
        ("1", Permission.SEND_TO_GROUP),
        ("2", Permission.JOIN_LEAVE_GROUP),
    ],
)
def test_permission(name: str, permission: Permission) -> None:
    """The permission in any letter case or as a number, and a literal group with a slash."""
    call = call_of("/x?targetName=a%2F*", permission=name)
    checks.check_permission(call)
    assert (call.permission, call.target_name) == (permission, "a/*")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?targetName=",
        "?targetName=%20",
        f"?targetName={'g' * 1025}",
        "?targetName=a&targetName=a",
    ],
)
def test_invalid_target_names(query: str) -> None:
    """A permission is about exactly one group."""
    call = call_of("/x" + query, permission="sendToGroup")
    assert refusal_of(checks.check_permission, call) == kinds.TARGET_NAME_INVALID


@given(st.text())
def test_shown_is_short_and_of_one_line(text: str) -> None:
    """Whatever a client sends, a log shows a short quoted line of it."""
    shown = checks.shown(text)
    assert len(shown) < 1000
    assert shown.isprintable()
