"""Questions to a hub, and pages of a group.

Specification: rest-api sections 6.2 and 6.6.
"""

import pytest

from tests.service.hubs.world import PEOPLE, World
from webpubsub.protocol import operations as ops


def test_questions() -> None:
    """A name exists as long as a connection is under it."""
    world = World()
    world.join("g", "c0")
    questions: list[tuple[ops.HubQuery, bool]] = [
        (ops.ConnectionExists(hub="chat", connection_id="c0"), True),
        (ops.ConnectionExists(hub="chat", connection_id="C0"), False),
        (ops.UserExists(hub="chat", user_id="bob"), True),
        (ops.UserExists(hub="chat", user_id="Bob"), False),
        (ops.GroupExists(hub="chat", group="g"), True),
        (ops.GroupExists(hub="chat", group="h"), False),
    ]
    assert [world.hub.ask(question) for question, _ in questions] == [yes for _, yes in questions]


@pytest.mark.parametrize(
    ("after", "limit", "wanted", "has_more"),
    [
        (None, 9, ["c0", "c1", "c2"], False),
        (None, 3, ["c0", "c1", "c2"], False),
        (None, 2, ["c0", "c1"], True),
        ("c0", 1, ["c1"], True),
        ("c1", 1, ["c2"], False),
        ("c2", 1, [], False),
        ("", 1, ["c0"], True),
        ("c00", 9, ["c1", "c2"], False),
    ],
)
def test_pages(after: str | None, limit: int, wanted: list[str], has_more: bool) -> None:
    """A page goes on after an id, whether or not that is a member, in ordinal order."""
    world = World()
    world.join("g", "c2", "c0", "c1")
    page = world.hub.page(ops.GroupListing(hub="chat", group="g", after=after, limit=limit))
    assert [member.connection_id for member in page.members] == wanted
    assert all(PEOPLE[member.connection_id] == member.user_id for member in page.members)
    assert page.has_more is has_more


def test_the_page_of_an_unknown_group() -> None:
    """A group that does not exist has no members, and asking for them does not create it."""
    world = World()
    page = world.hub.page(ops.GroupListing(hub="chat", group="g", limit=1))
    assert page == ops.GroupPage((), False)
    assert not world.hub.ask(ops.GroupExists(hub="chat", group="g"))
