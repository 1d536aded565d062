"""The settings of hubs as values. Specification: upstream-events sections 2 and 2.1."""

import pytest

from webpubsub.service.hub_settings.model import (
    NO_SETTINGS,
    AllHubSettings,
    EventHubTarget,
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
