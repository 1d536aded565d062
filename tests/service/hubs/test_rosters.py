"""Who is where, and the first and last member of everything.

Specification: rest-api section 5.6.
"""

from hypothesis import given
from hypothesis import strategies as st

from tests.service.hubs.edges import Edges
from webpubsub.service.hubs.rosters import Roster, RosterKind
from webpubsub.service.sessions.session import Session


def test_members_in_the_order_in_which_they_came() -> None:
    """A name exists as long as somebody is under it."""
    roster = Roster(RosterKind.GROUP, "chat")
    first, second = Session("chat", "2"), Session("chat", "1")
    assert "g" not in roster
    assert dict(roster["g"]) == {}
    roster.add("g", first)
    roster.add("g", second)
    assert list(roster["g"]) == ["2", "1"]
    assert len(roster) == 1
    roster.remove("g", first)
    assert "g" in roster
    roster.remove("g", second)
    assert "g" not in roster
    assert len(roster) == 0


def test_edges() -> None:
    """First and last members are told once each; coming twice and leaving twice change nothing."""
    roster = Roster(RosterKind.USER, "chat")
    roster.edges = edges = Edges()
    first, second = Session("chat", "1"), Session("chat", "2")
    roster.add("alice", first)
    roster.add("alice", first)
    roster.add("alice", second)
    roster.remove("alice", first)
    roster.remove("alice", first)
    assert edges.seen == [("entered", RosterKind.USER, "chat", "alice")]
    roster.remove("alice", second)
    roster.remove("alice", second)
    assert edges.seen[1:] == [("left", RosterKind.USER, "chat", "alice")]


Steps = st.lists(st.tuples(st.booleans(), st.sampled_from("abc"), st.integers(0, 3)), max_size=60)


@given(Steps)
def test_edges_agree_with_membership(steps: list[tuple[bool, str, int]]) -> None:
    """Whoever follows the edges knows at every moment which names exist."""
    sessions = [Session("chat", f"{number}") for number in range(4)]
    roster = Roster(RosterKind.GROUP, "chat")
    roster.edges = edges = Edges()
    members: set[tuple[str, int]] = set()
    for joins, name, number in steps:
        if joins:
            roster.add(name, sessions[number])
            members.add((name, number))
        else:
            roster.remove(name, sessions[number])
            members.discard((name, number))
        existing = {name for name, _ in members}
        assert {name for name in "abc" if name in roster} == existing
        assert _existing(edges) == set(roster.names) == existing


def _existing(edges: Edges) -> set[str]:
    names: set[str] = set()
    for what, _, _, name in edges.seen:
        assert (name in names) is (what == "left"), "an edge is told twice"
        names ^= {name}
    return names
