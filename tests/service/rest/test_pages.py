"""Pages, without a hub; lists over HTTP are tested with the other operations.

Specification: rest-api section 6.6.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp.test_utils import make_mocked_request

from webpubsub.protocol.operations import GroupListing, GroupMember, GroupPage
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.pages import listing, shown_page
from webpubsub.service.rest.targets import parse_target

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
