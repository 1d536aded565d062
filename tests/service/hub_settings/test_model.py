"""The settings of hubs as values. Specification: upstream-events sections 2, 2.1 and 12."""

import pytest

from webpubsub.service.hub_settings.model import (
    NO_SETTINGS,
    AllHubSettings,
    EventFilter,
    EventHandlerSettings,
    EventHubTarget,
    GroupPresence,
    HubSettings,
    UserEvents,
)


@pytest.mark.parametrize(
    ("events", "name", "selected"),
    [
        (UserEvents(), "message", False),
        (UserEvents(every=True), "message", True),
        (UserEvents(frozenset({"message"})), "Message", True),
        (UserEvents(frozenset({"message"})), "other", False),
    ],
)
def test_which_user_events_are_selected(events: UserEvents, name: str, selected: bool) -> None:
    """All, or those that are named, in any letter case."""
    assert events.selects(name) is selected


@pytest.mark.parametrize(
    ("filters", "group", "selected"),
    [
        ((), "any", True),
        (("group2*",), "group2", True),
        (("group2*",), "group21", True),
        (("group2*",), "group1", False),
        (("group2*",), "Group2", False),
        (("a", "b?"), "b1", True),
        (("a", "b?"), "b", False),
        (("room.*",), "room.a.b", False),
        (("room.**",), "room.a.b", True),
        ((r"a\*",), "a*", True),
        ((r"a\*",), "ab", False),
    ],
)
def test_which_groups_are_selected(filters: tuple[str, ...], group: str, selected: bool) -> None:
    """By the patterns of roles, any of which is enough."""
    presence = GroupPresence(frozenset({"joined"}), filters)
    assert presence.selects("joined", group) is selected
    assert not presence.selects("left", group)


def test_whether_anybody_wants_to_know_who_is_in_a_group() -> None:
    """Which hubs look at before they say so."""
    settings = AllHubSettings()
    assert not settings.wants_presence
    events = EventFilter(group_presence=GroupPresence(frozenset({"left"})))
    wanting = EventHandlerSettings(url_template="http://a", events=events)
    settings.replace({"chat": HubSettings(event_handlers=(wanting,))})
    assert settings.wants_presence
    settings.replace({"chat": HubSettings()})
    assert not settings.wants_presence


def test_hubs_are_found_in_any_letter_case_and_exactly() -> None:
    """There is no hub that stands for others."""
    one = HubSettings(allow_anonymous=True)
    settings = AllHubSettings({"Chat": one})
    assert settings.of("chat") is one
    assert settings.of("chat2") is NO_SETTINGS
    settings.replace({})
    assert settings.of("chat") is NO_SETTINGS


def test_a_key_is_not_shown() -> None:
    """Connection strings hold keys."""
    target = EventHubTarget(event_hub_name="h", connection_string="Endpoint=x;Key=secret")
    assert "secret" not in repr(target)
