"""Pages, without a hub; lists over HTTP are tested with the other operations.

Specification: rest-api section 6.6.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.continuation_tokens import read_continuation_token
from webpubsub.protocol.operations import (
    AddConnectionToGroup,
    GroupListing,
    GroupMember,
    GroupPage,
    RemoveConnectionFromGroup,
)
from webpubsub.service.hubs.hubs import Hubs
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.pages import listing, shown_page
from webpubsub.service.rest.targets import parse_target
from webpubsub.service.sessions.session import Session

TARGET = "/api/hubs/Chat/groups/a%2Fb/connections"


def call_of(page_size: int = 200, top: int | None = None, after: str | None = None) -> Call:
    request = make_mocked_request("GET", "/", headers={"Host": "service.example:8080"})
    call = Call(request, parse_target(TARGET), {"hub": "Chat", "group": "a%2Fb"}, 0.0)
    call.keys, call.page_size, call.top, call.after = ["k" * 32], page_size, top, after
    return call


def page_of(count: int, has_more: bool) -> GroupPage:
    return GroupPage(tuple(GroupMember(f"c{one}", None) for one in range(count)), has_more)


@pytest.mark.parametrize(
    ("page_size", "top", "limit"), [(200, None, 200), (5, 9, 5), (5, 3, 3), (1, 1, 1)]
)
def test_what_the_hub_is_asked(page_size: int, top: int | None, limit: int) -> None:
    """A page is no longer than a page may be, nor than what is still wanted."""
    wanted = GroupListing(hub="chat", group="a%2Fb", after="x", limit=limit)
    assert listing(call_of(page_size, top, "x")) == wanted


@pytest.mark.parametrize(
    ("count", "has_more", "top", "left"),
    [(2, True, None, []), (2, True, 5, ["3"])],
)
def test_links(count: int, has_more: bool, top: int | None, left: list[str]) -> None:
    """The link has the address that was called, and what is left of the total."""
    link: Any = shown_page(call_of(2, top), page_of(count, has_more))["nextLink"]
    parts = urlsplit(link)
    assert link.startswith(f"http://service.example:8080{TARGET}?")
    query = parse_qs(parts.query)
    assert (query["api-version"], query["maxpagesize"]) == (["2024-12-01"], ["2"])
    assert query.get("top", []) == left


@pytest.mark.parametrize(("has_more", "top"), [(False, None), (False, 9), (True, 2)])
def test_last_pages(has_more: bool, top: int | None) -> None:
    """There is no link when nobody is left, or nobody is wanted any more."""
    assert shown_page(call_of(2, top), page_of(2, has_more))["nextLink"] is None


IDS = "abcdefghij"
CHANGES = st.lists(st.tuples(st.booleans(), st.sampled_from(IDS)), max_size=6)


@given(st.sets(st.sampled_from(IDS)), st.integers(1, 4), st.lists(CHANGES, max_size=12))
def test_pages_while_connections_come_and_go(
    first: set[str], page_size: int, changes: list[list[tuple[bool, str]]]
) -> None:
    """Whoever is there all the time is listed once, nobody twice, and nobody who never was."""
    hub = Hubs().hub("chat")
    group = "a%2Fb"
    for one in IDS:
        hub.add(Session("chat", one, None), [group] if one in first else [])
    always, ever, listed = set(first), set(first), []
    after: str | None = None
    link: Any = "the first page"
    while link is not None:
        call = call_of(page_size, after=after)
        body = shown_page(call, hub.page(listing(call)))
        listed += [member["connectionId"] for member in body["value"]]
        for joins, one in changes.pop() if changes else []:
            kind = AddConnectionToGroup if joins else RemoveConnectionFromGroup
            hub.apply(kind(hub="chat", group=group, connection_id=one))
            ever.add(one) if joins else always.discard(one)
        link = body["nextLink"]
        if link is not None:
            [token] = parse_qs(urlsplit(link).query)["continuationToken"]
            after = read_continuation_token(token, "CHAT", group, call.keys)
            assert after == listed[-1]
    assert listed == sorted(set(listed))
    assert always <= set(listed) <= ever
