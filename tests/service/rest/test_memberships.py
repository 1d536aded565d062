"""The bodies of changes of memberships. Specification: rest-api section 6.5."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.refusals import RefusalKind, Refused
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.protocol.refusals.hub import FILTER_INVALID
from webpubsub.service.rest.memberships import MembershipChange, parse_change

BODIES = (
    (b'{"groups":["a"]}', ("a",), None),
    (b'{"groups":["a","b/c","a"],"filter":null}', ("a", "b/c"), None),
    (b'{"GROUPS":["a"],"Filter":""}', ("a",), None),
    (b'{"groups":[" a "],"filter":"true","more":1}', (" a ",), "true"),
)


@pytest.mark.parametrize(("data", "groups", "text"), BODIES)
def test_bodies(data: bytes, groups: tuple[str, ...], text: str | None) -> None:
    """Members count in any letter case, others do not, and an empty filter is none."""
    assert parse_change(data) == MembershipChange(groups, text)


def test_thousands_of_groups() -> None:
    """How many groups there may be is bounded by the size of the body alone."""
    names = ",".join(f'"g{number}"' for number in range(5000))
    assert len(parse_change(b'{"groups":[%s]}' % names.encode()).groups) == 5000


WRONG: tuple[tuple[bytes, RefusalKind], ...] = (
    (b"", kinds.BODY_NOT_JSON),
    (b"{", kinds.BODY_NOT_JSON),
    (b"[" * 100_000, kinds.BODY_NOT_JSON),
    (b"null", kinds.MEMBERSHIP_INVALID),
    (b"[]", kinds.MEMBERSHIP_INVALID),
    (b"42", kinds.MEMBERSHIP_INVALID),
    (b"{}", kinds.MEMBERSHIP_INVALID),
    (b'{"groups":null}', kinds.MEMBERSHIP_INVALID),
    (b'{"groups":[]}', kinds.MEMBERSHIP_INVALID),
    (b'{"groups":"a"}', kinds.MEMBERSHIP_INVALID),
    (b'{"groups":{"a":1}}', kinds.MEMBERSHIP_INVALID),
    (b'{"groups":["a",null]}', kinds.MEMBERSHIP_INVALID),
    (b'{"groups":["a",1]}', kinds.MEMBERSHIP_INVALID),
    (b'{"groups":["a",["b"]]}', kinds.MEMBERSHIP_INVALID),
    (b'{"groups":[""]}', kinds.MEMBERSHIP_INVALID),
    (b'{"groups":["a"," \\t"]}', kinds.MEMBERSHIP_INVALID),
    (b'{"groups":["%s"]}' % (b"g" * 1025), kinds.MEMBERSHIP_INVALID),
    (b'{"groups":["a"],"filter":1}', kinds.MEMBERSHIP_INVALID),
    (b'{"groups":["a"],"filter":[]}', kinds.MEMBERSHIP_INVALID),
    (b'{"groups":["a"],"filter":" "}', FILTER_INVALID),
    (b'{"groups":["a"],"filter":"userId"}', FILTER_INVALID),
    (b'{"groups":["a"],"filter":"groups/any(g: true)"}', FILTER_INVALID),
)


@pytest.mark.parametrize(("data", "kind"), WRONG)
def test_wrong_bodies(data: bytes, kind: RefusalKind) -> None:
    """What is not a change of memberships is refused."""
    with pytest.raises(Refused) as caught:
        parse_change(data)
    assert caught.value.refusal.kind == kind


@given(st.binary() | st.text('{}[]":,groupsfilte 1\\').map(str.encode))
def test_no_body_does_harm(data: bytes) -> None:
    """Any bytes are a change or are refused."""
    try:
        change = parse_change(data)
    except Refused:
        return
    assert change.groups
