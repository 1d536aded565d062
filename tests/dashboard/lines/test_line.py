"""One line for one entry."""

from tests.dashboard.world import TRACE, entry
from webpubsub.dashboard.lines.line import line
from webpubsub.dashboard.people import People
from webpubsub.dashboard.recorder import Entry
from webpubsub.protocol.observation import Sighting
from webpubsub.service.observation import AckSent, SessionBegan


def test_a_line_names_the_user_of_its_connection() -> None:
    """Although the item knows the connection alone."""
    people = People()
    people.meet(SessionBegan("chat", "c1", "alice", None))
    made = line(entry(AckSent("chat", "c1", 1, None), 7), people)
    assert (made.id, made.at, made.clock, made.flow) == (7, 100.0, 5.0, TRACE)
    assert (made.user, made.connection, made.hub) == ("alice", "c1", "chat")
    assert line(entry(AckSent("chat", "c2", 1, None)), people).user == ""


def test_what_belongs_to_no_trace_is_alone() -> None:
    """It must not seem to belong to all others that belong to none."""
    flows = {
        line(Entry(n, Sighting(AckSent("chat", "c", 1, None), None, 1.0, 1.0)), People()).flow
        for n in (1, 2)
    }
    assert len(flows) == 2
