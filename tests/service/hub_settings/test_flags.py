"""``--event-handler HUB[:EVENTS]=URL``."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.hub_settings.flags import hubs_from_flags, with_flags
from webpubsub.service.hub_settings.located import HubSettingsError
from webpubsub.service.hub_settings.model import (
    SYSTEM_EVENTS,
    EventFilter,
    EventHandlerSettings,
    GroupPresence,
    HubSettings,
    UserEvents,
)

URL = "http://localhost:8000/eventhandler?a=b:c=d"


@pytest.mark.parametrize(
    ("target", "hub", "user_events", "system_events"),
    [
        ("chat", "chat", UserEvents(every=True), SYSTEM_EVENTS),
        ("Chat:*", "chat", UserEvents(every=True), ()),
        ("chat:connect", "chat", UserEvents(), ("connect",)),
        ("chat: Connected ,message", "chat", UserEvents(frozenset({"message"})), ("connected",)),
        ("chat:*,disconnected", "chat", UserEvents(every=True), ("disconnected",)),
        ("a,b:x", "a,b", UserEvents(frozenset({"x"})), ()),
    ],
)
def test_a_flag_says_which_events_of_a_hub_go_where(
    target: str, hub: str, user_events: UserEvents, system_events: tuple[str, ...]
) -> None:
    """Every event, unless some are named; the URL may hold any of the separators."""
    events = EventFilter(user_events=user_events, system_events=frozenset(system_events))
    handler = EventHandlerSettings(url_template=URL, events=events)
    assert hubs_from_flags([f"{target}={URL}"]) == {hub: HubSettings(event_handlers=(handler,))}


@pytest.mark.parametrize(
    ("names", "presence", "others"),
    [
        ("joined,left", {"joined", "left"}, EventFilter()),
        (" Left ", {"left"}, EventFilter()),
        ("joined,connect", {"joined"}, EventFilter(system_events=frozenset({"connect"}))),
        ("*,left", {"left"}, EventFilter(user_events=UserEvents(every=True))),
    ],
)
def test_a_flag_selects_what_happens_in_groups(
    names: str, presence: set[str], others: EventFilter
) -> None:
    """Only by name, and then in every group (upstream-events section 12)."""
    (handler,) = hubs_from_flags([f"chat:{names}={URL}"])["chat"].event_handlers
    assert handler.events.group_presence == GroupPresence(frozenset(presence))
    assert handler.events.user_events == others.user_events
    assert handler.events.system_events == others.system_events


def test_flags_of_one_hub_keep_their_order() -> None:
    """The first that selects an event gets it."""
    hubs = hubs_from_flags(["a:x=http://one", "b=http://two", "A=http://three"])
    urls = {name: [h.url_template for h in hub.event_handlers] for name, hub in hubs.items()}
    assert urls == {"a": ["http://one", "http://three"], "b": ["http://two"]}


@pytest.mark.parametrize(
    ("flag", "sentence"),
    [
        ("", "--event-handler must be HUB=URL or HUB:EVENTS=URL, such as"),
        ("chat", "--event-handler must be HUB=URL"),
        ("http://localhost:8000/eventhandler", "--event-handler must be HUB=URL"),
        ("http://localhost:8000/eventhandler?code=secret", "--event-handler must be HUB=URL"),
        ("=http://localhost", "'' cannot be the name of a hub"),
        ("*=http://localhost", "there are no settings for every hub"),
        ("1=http://localhost", "'1' cannot be the name of a hub"),
        ("chat=localhost:8000", 'the URL is "localhost:8000", and must be a URL such as'),
        ("chat=", 'the URL is "", and must be a URL such as'),
        ("chat:=http://localhost", 'EVENTS is "", and must be names of user events'),
        ("chat:a*=http://localhost", 'EVENTS is "a*", and must be names of user events'),
    ],
)
def test_a_mistake_is_one_line(flag: str, sentence: str) -> None:
    """It names the option and what it should look like."""
    with pytest.raises(HubSettingsError) as caught:
        hubs_from_flags([flag])
    assert sentence in str(caught.value)
    assert "--event-handler" in str(caught.value)
    assert "secret" not in str(caught.value)


@given(st.text())
def test_any_text_is_a_handler_or_one_clear_error(flag: str) -> None:
    """No other error escapes."""
    with suppress(HubSettingsError):
        assert len(hubs_from_flags([flag])) == 1


def test_flags_come_before_the_file() -> None:
    """What else the file says of the hub stays, and so do its other hubs."""
    flags = hubs_from_flags(["a=http://flag", "c=http://new"])
    file = {
        "a": HubSettings(
            allow_anonymous=True,
            event_handlers=(EventHandlerSettings(url_template="http://file"),),
        ),
        "b": HubSettings(ping_interval=1.0),
    }
    merged = with_flags(file, flags)
    assert [h.url_template for h in merged["a"].event_handlers] == ["http://flag", "http://file"]
    assert merged["a"].allow_anonymous
    assert merged["b"] is file["b"]
    assert merged["c"] == flags["c"]
