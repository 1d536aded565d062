"""Listeners are told of the events they select, besides any handler.

Specification: upstream-events sections 1 and 16.
"""

import asyncio
from pathlib import Path

import pytest

from tests.service.listeners.events import Remembering, system_event, user_event
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.service.hub_settings.model import (
    AllHubSettings,
    EventFilter,
    EventHubTarget,
    EventListenerSettings,
    FileTarget,
    HubSettings,
    UserEvents,
)
from webpubsub.service.listeners.event_hubs import EventHub
from webpubsub.service.listeners.file import JsonLinesFile
from webpubsub.service.listeners.listeners import Listeners, TargetSettings, selects, target_of
from webpubsub.service.listeners.target import ListenerError

EVERYTHING = EventFilter(
    user_events=UserEvents(every=True),
    system_events=frozenset(("connect", "connected", "disconnected")),
)


def listening(*paths: str, events: EventFilter = EVERYTHING) -> HubSettings:
    """The settings of a hub with a listener for each path."""
    return HubSettings(
        event_listeners=tuple(
            EventListenerSettings(events=events, target=FileTarget(path=path)) for path in paths
        )
    )


class Targets:
    """Makes targets that remember, by path."""

    def __init__(self) -> None:
        self.made: dict[str, Remembering] = {}

    def __call__(self, settings: TargetSettings) -> Remembering:
        assert isinstance(settings, FileTarget)
        return self.made.setdefault(settings.path, Remembering())


@pytest.mark.parametrize(
    ("events", "event", "selected"),
    [
        (EVERYTHING, system_event("connect"), False),
        (EVERYTHING, system_event("connected"), True),
        (EVERYTHING, system_event("disconnected"), True),
        (EVERYTHING, user_event("connect"), True),
        (EventFilter(user_events=UserEvents(every=True)), system_event("connected"), False),
        (EventFilter(system_events=frozenset(["connected"])), user_event("connected"), False),
        (EventFilter(system_events=frozenset(["connected"])), system_event("disconnected"), False),
        (EventFilter(user_events=UserEvents(frozenset(["a"]))), user_event("A"), True),
        (EventFilter(user_events=UserEvents(frozenset(["a"]))), user_event("ab"), False),
        (EventFilter(), user_event("a"), False),
    ],
)
def test_which_events_are_selected(
    events: EventFilter, event: AnyEventRequest, selected: bool
) -> None:
    """User and system events never stand for each other, and connect is for handlers alone."""
    assert selects(events, event) is selected


@pytest.mark.parametrize(
    ("hub", "event", "wanted"),
    [
        ("chat", "connected", True),
        ("chat", "disconnected", True),
        ("chat", "connect", False),
        ("other", "connected", False),
    ],
)
def test_which_system_events_are_wanted(hub: str, event: str, wanted: bool) -> None:
    """Those that a listener of the hub is told of."""
    hubs = {"Chat": listening("a"), "other": listening("b", events=EventFilter())}
    assert Listeners(AllHubSettings(hubs), Targets()).wants(hub, event) is wanted


async def test_every_listener_of_the_hub_is_told() -> None:
    """Also twice when it is set twice; listeners of other hubs are not."""
    targets = Targets()
    hubs = {"Chat": listening("a", "b", "a"), "other": listening("c")}
    listeners = Listeners(AllHubSettings(hubs), targets)
    await listeners.start()
    event = user_event()
    assert listeners.tell(event)
    await listeners.stop()
    assert {path: target.events for path, target in targets.made.items()} == {
        "a": [event, event],
        "b": [event],
        "c": [],
    }
    assert all(target.checked for target in targets.made.values())
    assert targets.made["a"].closed


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"chat": listening()},
        {"other": listening("a")},
        {"chat": listening("a", events=EventFilter())},
    ],
)
async def test_nobody_listens(settings: dict[str, HubSettings]) -> None:
    """The event is not told, and the answer says so."""
    targets = Targets()
    listeners = Listeners(AllHubSettings(settings), targets)
    assert not listeners.tell(user_event())
    await listeners.stop()
    assert targets.made == {}


async def test_a_change_of_the_settings_is_for_later_events() -> None:
    """Targets that are no longer named get what was theirs, and are closed."""
    targets = Targets()
    settings = AllHubSettings({"chat": listening("old", "kept")})
    listeners = Listeners(settings, targets)
    listeners.tell(user_event("before"))
    settings.replace({"chat": listening("kept", "new")})
    listeners.tell(user_event("after"))
    async with asyncio.timeout(5):
        await targets.made["old"].closing.wait()
    listeners.tell(user_event("last"))
    await listeners.stop()
    told = {
        path: [event.connection_context.event_name for event in target.events]
        for path, target in targets.made.items()
    }
    assert told == {
        "old": ["before"],
        "kept": ["before", "after", "last"],
        "new": ["after", "last"],
    }


async def test_after_the_end_nothing_starts_again() -> None:
    """A late event still has its listener, but it is too late to tell."""
    targets = Targets()
    listeners = Listeners(AllHubSettings({"chat": listening("a")}), targets)
    await listeners.stop()
    assert listeners.tell(user_event())
    assert targets.made == {}


async def test_a_target_that_cannot_be_used_is_an_error_at_the_start(tmp_path: Path) -> None:
    """Before the first event is lost."""
    missing = tmp_path / "missing" / "events.jsonl"
    listeners = Listeners(AllHubSettings({"chat": listening(str(missing))}))
    with pytest.raises(ListenerError, match="cannot write the file"):
        await listeners.start()


def test_each_kind_of_settings_has_its_target() -> None:
    """A file or an event hub."""
    assert isinstance(target_of(FileTarget(path="x")), JsonLinesFile)
    assert isinstance(target_of(EventHubTarget(event_hub_name="x")), EventHub)


async def test_a_file_gets_everything_before_the_end(tmp_path: Path) -> None:
    """Stopping waits for the thread that writes."""
    path = tmp_path / "events.jsonl"
    listeners = Listeners(AllHubSettings({"chat": listening(str(path))}))
    await listeners.start()
    for number in range(1000):
        listeners.tell(user_event(f"e{number}"))
    await listeners.stop()
    assert path.read_text().count("\n") == 1000
