"""One line for one entry."""

from tests.dashboard.world import HELLO, TRACE, entry
from webpubsub.dashboard.connection_users import ConnectionUsers
from webpubsub.dashboard.lines.line import line
from webpubsub.dashboard.recorder import Entry
from webpubsub.protocol.messages import Delivery
from webpubsub.protocol.observation import Sighting
from webpubsub.protocol.trace_context import SpanContext
from webpubsub.service.observation import AckSent, Delivered, SessionBegan


def test_a_line_names_the_user_of_its_connection() -> None:
    """Although the item knows the connection alone."""
    users = ConnectionUsers()
    users.meet(SessionBegan("chat", "c1", "alice", None))
    made = line(entry(AckSent("chat", "c1", 1, None), 7), users)
    assert (made.id, made.at, made.clock, made.flow) == (7, 100.0, 5.0, TRACE)
    assert (made.user, made.connection, made.hub) == ("alice", "c1", "chat")
    assert line(entry(AckSent("chat", "c2", 1, None)), users).user == ""


def test_what_belongs_to_no_trace_is_alone() -> None:
    """It must not seem to belong to all others that belong to none."""
    flows = {
        line(
            Entry(n, Sighting(AckSent("chat", "c", 1, None), None, 1.0, 1.0)), ConnectionUsers()
        ).flow
        for n in (1, 2)
    }
    assert len(flows) == 2


def test_a_line_names_the_first_who_got_a_message() -> None:
    """Of a message to thousands, no more than a list can show."""
    users = ConnectionUsers()
    users.meet(SessionBegan("chat", "c0", "alice", None))
    everybody = tuple(f"c{number}" for number in range(1000))
    made = line(entry(Delivered("chat", Delivery(HELLO), everybody)), users)
    assert (made.recipients, len(made.to)) == (1000, 20)
    assert made.to[:2] == [("c0", "alice"), ("c1", "")]
    assert line(entry(Delivered("chat", Delivery(HELLO), ("c0",))), users).to == []


def test_a_line_knows_what_it_is_part_of() -> None:
    """The span in which its own was begun."""
    item = AckSent("chat", "c", 1, None)
    inner = Sighting(item, SpanContext(TRACE, "c" * 16, parent_id="b" * 16), 1.0, 1.0)
    assert line(Entry(1, inner), ConnectionUsers()).parent == "b" * 16
    assert line(entry(item), ConnectionUsers()).parent == ""
