"""How the service stands."""

from webpubsub.dashboard.state import state
from webpubsub.service.hub_settings.model import (
    EventFilter,
    EventHandlerSettings,
    EventListenerSettings,
    FileTarget,
    HubSettings,
    UserEvents,
)
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

KEY = "a-key-that-is-long-enough-to-be-accepted"


def test_a_key_of_somebodys_own_is_not_shown() -> None:
    """Nowhere; the development key is no secret."""
    shown = state(Service(ServiceSettings(access_keys=(KEY,))), None, 0)
    assert not shown["developmentKey"]
    assert KEY not in str(shown)
    service = Service()
    assert state(service, None, 0)["connectionString"] == service.connection_string


def test_where_the_events_of_a_hub_go() -> None:
    """To webhooks and listeners, without what may be a key; hubs that have only settings are
    hubs."""
    service = Service()
    service.hubs.hub("busy")
    service.hub_settings.replace(
        {
            "chat": HubSettings(
                event_handlers=(
                    EventHandlerSettings(
                        url_template="http://user:pw@x/{event}?code=s3cret",
                        events=EventFilter(
                            user_events=UserEvents(every=True),
                            system_events=frozenset({"connect"}),
                        ),
                    ),
                ),
                event_listeners=(
                    EventListenerSettings(
                        events=EventFilter(user_events=UserEvents(frozenset({"a"}))),
                        target=FileTarget(path="events.jsonl"),
                    ),
                ),
                allow_anonymous=True,
            )
        }
    )
    shown = state(service, None, 0)
    assert [hub.name for hub in shown["hubs"]] == ["busy", "chat"]
    chat = shown["hubs"][1]
    assert chat.anonymous
    assert chat.routes == [
        ("connect, every user event", "webhook http://x/{event}?…"),
        ("a", "listener events.jsonl"),
    ]
    assert shown["connections"] == 0
