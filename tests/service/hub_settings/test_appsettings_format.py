"""The ``appsettings.json`` of the official emulator.

Specification: upstream-events sections 2, 12 and 14.
"""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.hub_settings.appsettings_format import hubs_from_appsettings
from webpubsub.service.hub_settings.located import HubSettingsError
from webpubsub.service.hub_settings.model import (
    EventFilter,
    EventHandlerSettings,
    EventHubTarget,
    EventListenerSettings,
    GroupPresence,
    HubSettings,
    ManagedIdentity,
    UserEvents,
)

PATH = Path("appsettings.json")
NESTED = """
{
  // What ASP.NET has here is none of our business.
  "Logging": { "LogLevel": { "Default": "Information" } },
  "AllowedHosts": "*",
  "WebPubSub": {
    "Hubs": {
      "chat": {
        "EventHandlers": [
          {
            "UrlTemplate": "http://localhost:8000/eventhandler/{event}",
            "EventPattern": "message, Join",
            "SystemEvents": ["connect", "connected"], /* not disconnected */
            "GroupPresenceEvents": { "EventNames": ["joined", "left"],
                                     "GroupFilters": ["room-*"] },
            "Auth": { "Type": "ManagedIdentity", "ManagedIdentity": { "Resource": "api://a" } },
          },
        ],
        "EventListeners": [
          {
            "EventNameFilter": { "SystemEvents": ["connect", "connected"],
                                 "UserEventPattern": "*" },
            "EventHubEndpoint": { "FullyQualifiedNamespace": "n", "EventHubName": "e" },
          },
        ],
      }
    }
  }
}
"""
JOINED = """
{
  "WebPubSub:Hubs:chat:EventHandlers:0:UrlTemplate": "http://localhost:8000/eventhandler/{event}",
  "webpubsub:hubs:chat:eventhandlers:0": { "eventpattern": "message, Join",
    "groupPresenceEvents:eventnames": "*", "GroupPresenceEvents": { "groupfilters:0": "room-*" },
    "auth": { "type": "managedidentity", "managedidentity:resource": "api://a" } },
  "WebPubSub": { "Hubs:chat": { "EventHandlers": [ { "SystemEvents:10": "connected" } ] } },
  "WebPubSub:Hubs:chat:EventHandlers:0:SystemEvents:9": "connect",
  "WebPubSub:Hubs:chat": { "EventListeners": { "0": {
    "EventNameFilter:SystemEvents": ["connected"],
    "EventNameFilter": { "UserEventPattern": "*", "SystemEvents:1": null },
    "EventHubEndpoint": { "FullyQualifiedNamespace": "n", "EventHubName": "e" }
  } } }
}
"""


@pytest.mark.parametrize("text", [NESTED, JOINED], ids=["nested", "joined"])
def test_nested_and_joined_names_mean_the_same(text: str) -> None:
    """In any letter case; comments and last commas are no mistakes."""
    assert hubs_from_appsettings(text, PATH) == {
        "chat": HubSettings(
            event_handlers=(
                EventHandlerSettings(
                    url_template="http://localhost:8000/eventhandler/{event}",
                    auth=ManagedIdentity("api://a"),
                    events=EventFilter(
                        user_events=UserEvents(frozenset({"message", "join"})),
                        system_events=frozenset({"connect", "connected"}),
                        group_presence=GroupPresence(frozenset({"joined", "left"}), ("room-*",)),
                    ),
                ),
            ),
            event_listeners=(
                EventListenerSettings(
                    events=EventFilter(
                        user_events=UserEvents(every=True),
                        system_events=frozenset({"connected"}),
                    ),
                    target=EventHubTarget(event_hub_name="e", fully_qualified_namespace="n"),
                ),
            ),
        )
    }


@pytest.mark.parametrize("text", ["{}", '{"WebPubSub": {}}', '{"WebPubSub": {"Port": 1}}'])
def test_a_file_without_hubs_sets_nothing(text: str) -> None:
    """As for the emulator, which then has hubs without handlers."""
    assert hubs_from_appsettings(text, PATH) == {}


def _handler(text: str) -> str:
    return f'{{"WebPubSub": {{"Hubs": {{"chat":\n {{"EventHandlers": [\n{{{text}}}]}}}}}}}}'


URL = '"UrlTemplate": "http://localhost"'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[]", "appsettings.json must hold a JSON object."),
        ("{\n oops }", "appsettings.json, line 2: this is not valid JSON: "),
        (
            '{"WebPubSub":\n{"Hub": {"chat": {"x": 1}}}}',
            "line 2: WebPubSub has no setting 'Hub'. Did you mean 'Hubs'?",
        ),
        (
            '{"WebPubSub:Hubs": 1}',
            "appsettings.json, line 1: WebPubSub:Hubs is 1, and must be a section",
        ),
        ('{"WebPubSub:Hubs:1": {"a": 1}}', "line 1: '1' cannot be the name of a hub"),
        (
            '{"WebPubSub:Hubs:chat": {"EventHandler": [1]}}',
            "WebPubSub:Hubs:chat has no setting 'EventHandler'. Did you mean 'EventHandlers'?",
        ),
        (
            _handler('"UrlTemplat": "x"'),
            "WebPubSub:Hubs:chat:EventHandlers:0 has no setting 'UrlTemplat'. Did you mean 'UrlTem",
        ),
        (_handler('"EventPattern": "*"'), "EventHandlers:0 has no 'UrlTemplate', to which its"),
        (_handler(URL), "EventHandlers:0 selects no event. Give it 'EventPattern', 'S"),
        (_handler(URL + ', "EventPattern": ""'), "EventHandlers:0 selects no event."),
        (
            _handler('"UrlTemplate": "tunnel:///x", "EventPattern": "*"'),
            'line 3: WebPubSub:Hubs:chat:EventHandlers:0:UrlTemplate is "tunnel:///x", and must be',
        ),
        (
            _handler(URL + ', "EventPattern": "*", \n"Auth": {"Type": "ManagedIdentity"}'),
            "line 4: WebPubSub:Hubs:chat:EventHandlers:0:Auth has no resource, the audience of",
        ),
        (
            _handler(URL + ', "EventPattern": "*", \n"Auth": {"Type": "Managed"}'),
            "EventHandlers:0:Auth:Type is \"Managed\", and must be 'managedIdentity' or 'none'.",
        ),
        (
            _handler(URL + ', "EventPattern": "*", \n"Auth": {"Kind": "None"}'),
            "EventHandlers:0:Auth has no setting 'Kind'. There are 'Type' or 'ManagedIdentity'.",
        ),
        (
            _handler(URL + ', "SystemEvents": ["conected"]'),
            "Did you mean 'connected'?",
        ),
        (
            _handler('"UrlTemplate": "http://a", "urltemplate": "http://b"'),
            "WebPubSub:Hubs:chat:EventHandlers:0:UrlTemplate is there twice",
        ),
        (
            '{"WebPubSub:Hubs": {"chat": 1,\n"chat:EventHandlers": ["x"]}}',
            "line 2: WebPubSub:Hubs:chat:EventHandlers:0 is there twice, or both a value and a",
        ),
        (
            '{"WebPubSub:Hubs:chat:EventListeners:0:EventHubEndpoint:EventHubName": "e"}',
            "WebPubSub:Hubs:chat:EventListeners:0 has no 'EventNameFilter'.",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_what(text: str, sentence: str) -> None:
    """File, line, key, the value seen and what was expected."""
    with pytest.raises(HubSettingsError) as caught:
        hubs_from_appsettings(text, PATH)
    message = str(caught.value)
    assert sentence in message
    assert message.startswith("appsettings.json")
    assert "\n" not in message


@given(st.text('{}[]",:/* \n01aWebPubSubHubs'))
def test_any_text_is_settings_or_one_clear_error(text: str) -> None:
    """No other error escapes."""
    with suppress(HubSettingsError):
        assert hubs_from_appsettings(text, PATH) == {}
