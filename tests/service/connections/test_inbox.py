"""What a client has sent, in order, while one of its events is being answered.

Specification: client-protocols section 2.1.
"""

from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.connections.inbox import Inbox


class Source:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.paused = False

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class World:
    """An inbox whose item ``hold`` holds it, and whose item ``parts`` consists of others."""

    def __init__(self, max_bytes: int = 100) -> None:
        self.handled: list[str] = []
        self.source = Source()
        self.inbox: Inbox[str] = Inbox(self._handle, self.source, max_bytes)

    def _handle(self, item: str) -> None:
        self.handled.append(item)
        if item.startswith("hold"):
            self.inbox.hold()
        elif item == "parts":
            self.inbox.put_parts(["first", "hold", "last"])


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
    assert list(world.inbox.items) == ["last", "later"]
    world.inbox.release()
    assert world.handled == ["hold", "parts", "first", "hold", "last", "later"]


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


@given(st.lists(st.sampled_from(["hold", "a", "parts", "release"]), max_size=40))
def test_nothing_is_lost_or_overtakes(actions: list[str]) -> None:
    """However the inbox is held and released, everything is handled once, in order."""
    world = World()
    expected: list[str] = []
    for action in actions:
        if action == "release":
            world.inbox.release()
            continue
        expected += ["parts", "first", "hold", "last"] if action == "parts" else [action]
        world.inbox.put(action)
    while list(world.inbox.items):
        world.inbox.release()
    assert world.handled == expected
