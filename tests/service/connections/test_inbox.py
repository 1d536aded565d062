"""What a client has sent, in order, until it is handled.

Specification: client-protocols section 2.1.
"""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.connections.inbox import Inbox
from webpubsub.service.websockets.share import BYTES, SHARE


class Source:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.paused = False
        #: How much work there was in this turn.
        self.spent = 0
        self.said_to_many = 0
        self.postponed: list[Callable[[], None]] = []
        #: Whether each of these has just sent something to many.
        self.to_many: list[bool] = []

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        assert self.paused, "nobody has asked it to wait"
        self.paused = False

    def spend(self, work: int) -> int:
        self.spent += work
        return self.spent

    def postpone(self, action: Callable[[], None], *, to_many: bool) -> None:
        self.postponed.append(action)
        self.to_many.append(to_many)

    def next_turn(self) -> None:
        """Do what was postponed."""
        self.spent = 0
        postponed, self.postponed = self.postponed, []
        for action in postponed:
            action()


class World:
    """An inbox whose item ``hold`` holds it, whose item ``parts`` consists of others, and whose
    item ``crowd`` goes to many."""

    def __init__(self, max_bytes: int = 100) -> None:
        self.handled: list[str] = []
        self.source = Source()
        self.inbox: Inbox[str] = Inbox(self._handle, self.source, max_bytes)

    def _handle(self, item: str) -> None:
        self.handled.append(item)
        if item.startswith("hold"):
            self.inbox.hold()
        elif item == "crowd":
            self.source.said_to_many += 1
        elif item == "parts":
            self._handle("first")
            self._handle("hold")
            self.inbox.put_back(["more", "last"])


def test_who_ends_its_turn_by_sending_to_many_says_so() -> None:
    """It may have to wait for these; who does something else does not, whatever others do."""
    world = World()
    for item in [*["a"] * (SHARE - 1), "crowd", *["crowd"] * (SHARE - 1), "a"]:
        world.inbox.put(item)
    world.source.said_to_many += 1
    world.source.next_turn()
    assert len(world.handled) == 2 * SHARE
    assert world.source.to_many == [True, False]


def test_what_was_handled_in_another_turn_does_not_count() -> None:
    """Who sends little is never asked to wait."""
    world = World()
    for number in range(3 * SHARE):
        world.source.spent = 0
        world.inbox.put(f"{number}")
    assert len(world.handled) == 3 * SHARE
    assert not world.source.postponed


def test_items_are_handled_at_once() -> None:
    """Nothing is kept while nothing is awaited."""
    world = World()
    world.inbox.put("a")
    assert world.handled == ["a"]
    assert list(world.inbox.items) == []


def test_what_follows_waits_for_what_is_awaited() -> None:
    """While it is held the inbox keeps items, and hands them on in order until it is held again."""
    world = World()
    for item in ("hold", "a", "hold again", "b"):
        world.inbox.put(item)
    assert world.handled == ["hold"]
    world.inbox.release()
    assert world.handled == ["hold", "a", "hold again"]
    assert list(world.inbox.items) == ["b"]
    world.inbox.release()
    assert world.handled == ["hold", "a", "hold again", "b"]


def test_parts_of_an_item_come_before_what_arrived_later() -> None:
    """The rest of an item that is held half way keeps its place."""
    world = World()
    world.inbox.put("hold")
    world.inbox.put("parts")
    world.inbox.put("later")
    world.inbox.release()
    assert list(world.inbox.items) == ["more", "last", "later"]
    world.inbox.release()
    world.source.next_turn()
    assert world.handled == ["hold", "parts", "first", "hold", "more", "last", "later"]


def test_the_source_waits_while_too_much_is_kept() -> None:
    """Beyond the limit the source is paused, and goes on when there is room again."""
    world = World(max_bytes=100)
    world.inbox.put("hold", 1000)
    assert not world.source.paused, "what is handled at once does not count"
    world.inbox.put("a", 60)
    world.inbox.put("hold b", 40)
    assert not world.source.paused
    world.inbox.put("c", 101)
    assert world.source.paused
    world.inbox.release()
    assert world.source.paused, "c alone is still too much"
    world.source.spent = 0
    world.inbox.release()
    assert not world.source.paused


def test_forgetting() -> None:
    """What was forgotten is never handled, and takes no room."""
    world = World(max_bytes=100)
    world.inbox.put("hold")
    world.inbox.put("a", 90)
    world.inbox.clear()
    world.inbox.put("b", 90)
    assert not world.source.paused
    world.inbox.release()
    assert world.handled == ["hold", "b"]


def test_a_turn_is_bounded() -> None:
    """So much is handled, then the source waits, and the rest follows turn by turn."""
    world = World(max_bytes=10_000)
    for number in range(2 * SHARE + 1):
        world.inbox.put(f"{number}", 10)
    assert len(world.handled) == SHARE
    assert world.source.paused
    world.source.next_turn()
    assert len(world.handled) == 2 * SHARE
    assert world.source.paused
    world.source.next_turn()
    assert world.handled == [f"{number}" for number in range(2 * SHARE + 1)]
    assert not world.source.paused


def test_who_sends_little_is_never_asked_to_wait() -> None:
    """A new turn begins before more comes."""
    world = World()
    for number in range(3 * SHARE):
        world.inbox.put(f"{number}")
        world.source.next_turn()
        assert len(world.handled) == number + 1
        assert not world.source.paused


def test_large_items_count_more() -> None:
    """What takes as long as many little ones leaves less for others."""
    world = World()
    world.inbox.put("large", 1_000_000)
    world.inbox.put("next")
    assert world.handled == ["large"]
    world.source.next_turn()
    assert world.handled == ["large", "next"]


def test_what_is_a_turn_by_itself_waits_for_one() -> None:
    """When something was done in this one, such as reading it; what is less is done at once."""
    world = World()
    almost, whole = BYTES * SHARE - BYTES - 1, BYTES * SHARE
    world.source.spend(1)
    world.inbox.put("almost", almost)
    assert world.handled == ["almost"]
    world.source.next_turn()
    world.source.spend(1)
    world.inbox.put("whole", whole)
    world.inbox.put("next", 1)
    assert world.handled == ["almost"]
    assert world.source.paused
    world.source.next_turn()
    assert world.handled == ["almost", "whole"]
    world.source.next_turn()
    assert world.handled == ["almost", "whole", "next"]
    assert not world.source.paused


def test_what_was_kept_is_handed_on_in_turns() -> None:
    """An event that took long is no way to have everything handled at once."""
    world = World(max_bytes=10_000)
    world.inbox.put("hold")
    for number in range(2 * SHARE):
        world.inbox.put(f"{number}", 10)
    world.inbox.release()
    assert len(world.handled) == SHARE
    world.source.next_turn()
    world.source.next_turn()
    assert world.handled[1:] == [f"{number}" for number in range(2 * SHARE)]


def test_a_turn_that_comes_while_it_is_held() -> None:
    """What waits for an answer goes on waiting, and more may come."""
    world = World(max_bytes=10_000)
    for number in range(SHARE - 1):
        world.inbox.put(f"{number}")
    world.inbox.put("hold")
    world.inbox.put("later")
    assert world.source.paused
    world.source.next_turn()
    assert not world.source.paused
    assert "later" not in world.handled
    world.inbox.release()
    assert world.handled[-1] == "later"


def test_hurrying() -> None:
    """What only waits for its turn is handled now; what waits for an answer still does."""
    world = World()
    for number in range(2 * SHARE):
        world.inbox.put(f"{number}")
    world.inbox.put("hold")
    world.inbox.put("last")
    world.inbox.hurry()
    assert len(world.handled) == 2 * SHARE + 1
    assert list(world.inbox.items) == ["last"]


_ACTIONS = st.sampled_from(["hold", "a", "many", "parts", "release", "turn"])


@given(st.lists(_ACTIONS, max_size=40))
def test_nothing_is_lost_or_overtakes(actions: list[str]) -> None:
    """However the inbox is held and released, everything is handled once, in order."""
    world = World()
    expected: list[str] = []
    for action in actions:
        if action == "release":
            world.inbox.release()
            continue
        if action == "turn":
            world.source.next_turn()
            continue
        if action == "many":
            many = [f"{number}" for number in range(SHARE)]
            expected += many
            for item in many:
                world.inbox.put(item, 1)
            continue
        expected += ["parts", "first", "hold", "more", "last"] if action == "parts" else [action]
        world.inbox.put(action)
    while list(world.inbox.items):
        world.inbox.release()
        world.source.next_turn()
    world.source.next_turn()
    world.inbox.release()
    assert not world.source.paused
    assert world.handled == expected
