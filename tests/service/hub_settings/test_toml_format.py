"""``webpubsub.toml``.

Specification: upstream-events sections 2, 12, 14 and 17.
"""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.hub_settings.located import HubSettingsError
from webpubsub.service.hub_settings.model import (
    SYSTEM_EVENTS,
    EventFilter,
    EventHandlerSettings,
    EventHubTarget,
    EventListenerSettings,
    FileTarget,
    GroupPresence,
    HubSettings,
    ManagedIdentity,
    UserEvents,
)
from webpubsub.service.hub_settings.toml_format import hubs_from_toml

PATH = Path("folder/webpubsub.toml")
EVERYTHING = """
[hubs.Chat]
anonymous = true
ping_interval = 5

[[hubs.Chat.event_handlers]]
url = "http://localhost:8000/{hub}/{event}?code=secret"
user_events = ["message", "Join"]
system_events = ["connect"]
group_events = ["Joined"]
group_filters = ["room-*", "a, b"]

[[hubs.Chat.event_handlers]]
url = "https://example.com"
auth = { type = "managedIdentity", resource = "api://my-app" }
user_events = "*"
system_events = "*"
group_events = "*"

[[hubs.Chat.event_listeners]]
user_events = "message, join"
file = "events.jsonl"

[[hubs.Chat.event_listeners]]
system_events = "*"
event_hub = { name = "e", namespace = "n.servicebus.windows.net" }

[hubs."a.b"]
"""


def test_everything_that_can_be_set() -> None:
    """Each key has its place in the settings, and a hub without keys is a hub."""
    hubs = hubs_from_toml(EVERYTHING, PATH)
    assert hubs == {
        "chat": HubSettings(
            allow_anonymous=True,
            ping_interval=5.0,
            event_handlers=(
                EventHandlerSettings(
                    url_template="http://localhost:8000/{hub}/{event}?code=secret",
                    events=EventFilter(
                        user_events=UserEvents(frozenset({"message", "join"})),
                        system_events=frozenset({"connect"}),
                        group_presence=GroupPresence(frozenset({"joined"}), ("room-*", "a, b")),
                    ),
                ),
                EventHandlerSettings(
                    url_template="https://example.com",
                    auth=ManagedIdentity("api://my-app"),
                    events=EventFilter(
                        user_events=UserEvents(every=True),
                        system_events=frozenset(SYSTEM_EVENTS),
                        group_presence=GroupPresence(frozenset({"joined", "left"})),
                    ),
                ),
            ),
            event_listeners=(
                EventListenerSettings(
                    events=EventFilter(user_events=UserEvents(frozenset({"message", "join"}))),
                    target=FileTarget(path=str(Path("folder/events.jsonl"))),
                ),
                EventListenerSettings(
                    events=EventFilter(system_events=frozenset({"connected", "disconnected"})),
                    target=EventHubTarget(
                        event_hub_name="e",
                        fully_qualified_namespace="n.servicebus.windows.net",
                    ),
                ),
            ),
        ),
        "a.b": HubSettings(),
    }


HANDLER = "[[hubs.chat.event_handlers]]\n"
LISTENER = "[[hubs.chat.event_listeners]]\n"
URL = 'url = "http://localhost"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[hubs.chat\n", "webpubsub.toml is not valid TOML: "),
        ("hub = 1", "line 1: the file has no setting 'hub'. Did you mean 'hubs'?"),
        ("hubs = 1", "line 1: hubs is 1, and must be a table."),
        ("[hubs]\nchat = 1", "line 2: hubs.chat is 1, and must be a table."),
        ('\n[hubs."*"]', "line 2: there are no settings for every hub: name each one."),
        ("[hubs.1a]", "line 1: '1a' cannot be the name of a hub: letters, digits"),
        ("[hubs.a]\n[hubs.A]", "line 2: the hub 'A' is there twice; letter case means nothing"),
        (
            "[hubs.chat]\nanonymus = true",
            "line 2: hubs.chat has no setting 'anonymus'. Did you mean 'anonymous'?",
        ),
        (
            "[hubs.chat]\nzzz = true",
            "hubs.chat has no setting 'zzz'. There are 'anonymous', 'event_handlers', 'event_list",
        ),
        (
            '[hubs.chat]\nanonymous = "yes"',
            'line 2: hubs.chat.anonymous is "yes", and must be true or false.',
        ),
        ("[hubs.chat]\nping_interval = 0", "ping_interval is 0, and must be 1 to 120 seconds."),
        ("[hubs.chat]\nping_interval = 121", "is 121, and must be 1 to 120 seconds."),
        ("[hubs.chat]\nping_interval = nan", "is NaN, and must be 1 to 120 seconds."),
        ("[hubs.chat]\nping_interval = true", "is true, and must be 1 to 120 seconds."),
        (HANDLER, "line 1: hubs.chat.event_handlers[0] has no 'url', to which its events go."),
        (
            f"{HANDLER}{URL}user_events='*'\n{HANDLER}url = 'ftp://u:p@x/y?code=secret'",
            'line 5: hubs.chat.event_handlers[1].url is "ftp://x/y?…", and must be a URL such as',
        ),
        (f"{HANDLER}url = 3", "event_handlers[0].url is 3, and must be a URL such as"),
        (
            HANDLER + URL,
            "line 1: hubs.chat.event_handlers[0] selects no event. Give it 'user_events', 'sys",
        ),
        (
            f"{HANDLER}{URL}user_event = '*'",
            "hubs.chat.event_handlers[0] has no setting 'user_event'. Did you mean 'user_events'?",
        ),
        (
            f'{HANDLER}{URL}user_events = "room.*"',
            'line 3: hubs.chat.event_handlers[0].user_events is "room.*", and must be names of',
        ),
        (
            f'{LISTENER}file = "x"\nuser_events = "room.*"',
            'hubs.chat.event_listeners[0].user_events is "room.*", and must be names of',
        ),
        (
            f'{HANDLER}{URL}user_events = ["a", "*"]',
            'line 3: hubs.chat.event_handlers[0].user_events[1] is "*", and must be names of',
        ),
        (
            f'{HANDLER}{URL}system_events = ["conect"]',
            "must be 'connect', 'connected' or 'disconnected'. Did you mean 'connect'?",
        ),
        (f'{HANDLER}{URL}system_events = "connect"', 'is "connect", and must be an array.'),
        (
            f'{HANDLER}{URL}group_events = ["leave"]',
            "group_events[0] is \"leave\", and must be 'joined' or 'left'.",
        ),
        (
            f"{HANDLER}{URL}user_events = '*'\ngroup_filters = ['a']",
            "event_handlers[0].group_filters has no effect without 'joined' or 'left'.",
        ),
        (
            f"{HANDLER}{URL}group_events = '*'\ngroup_filters = 'a'",
            'line 4: hubs.chat.event_handlers[0].group_filters is "a", and must be an array.',
        ),
        (
            f"{HANDLER}{URL}group_events = '*'\ngroup_filters = [1]",
            "group_filters[0] is 1, and must be a pattern of group names such as room-*.",
        ),
        (
            f"{HANDLER}{URL}group_events = '*'\ngroup_filters = ['a\\b']",
            "a pattern of group names such as room-*: a backslash must be followed by *, ? or",
        ),
        (
            f"{HANDLER}{URL}group_events = '*'\ngroup_filters = ['******']",
            "a pattern of group names such as room-*: it has more than 5 wildcards.",
        ),
        (
            f"{HANDLER}{URL}user_events = '*'\nauth = {{ kind = 'none' }}",
            "event_handlers[0].auth has no setting 'kind'.",
        ),
        (
            f"{HANDLER}{URL}user_events = '*'\nauth = {{ type = 'managedIdentity' }}",
            "line 4: hubs.chat.event_handlers[0].auth has no resource, the audience of the tokens",
        ),
        (
            LISTENER + 'group_events = ["joined"]\nfile = "x"',
            "hubs.chat.event_listeners[0] has no setting 'group_events'.",
        ),
        (
            LISTENER + 'system_events = ["connect"]\nfile = "x"',
            "must be 'connected' or 'disconnected': a listener cannot answer 'connect'. Did you",
        ),
        (
            LISTENER + 'user_events = "*"',
            "line 1: hubs.chat.event_listeners[0] must have one of 'event_hub' and 'file'.",
        ),
        (
            LISTENER + 'user_events = "*"\nfile = ""',
            'event_listeners[0].file is "", and must be the path of a file.',
        ),
        (
            LISTENER + 'user_events = "*"\nevent_hub = {namespace = "n"}',
            "line 3: hubs.chat.event_listeners[0].event_hub has no 'name'.",
        ),
        (
            LISTENER + 'user_events = "*"\n[hubs.chat.event_listeners.event_hub]\nname = "n"',
            "line 3: hubs.chat.event_listeners[0].event_hub must have one of 'namespace' and",
        ),
        (
            (LISTENER + 'user_events = "*"\nfile = "x"\n') * 11,
            "webpubsub.toml: there are 11 event listeners, and at most 10 can be used.",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_what(text: str, sentence: str) -> None:
    """File, line, key, the value seen and what was expected, in words a user can act on."""
    with pytest.raises(HubSettingsError) as caught:
        hubs_from_toml(text, PATH)
    message = str(caught.value)
    assert sentence in message
    assert message.startswith(str(PATH))
    assert "\n" not in message


@pytest.mark.parametrize(
    "text",
    [
        'namespace = "Endpoint=sb://x/;SharedAccessKey=secret"',
        'connection_string = "Endpoint=sb://x/;SharedAccessKey=secret"',
    ],
)
def test_a_key_is_not_repeated_in_the_message(text: str) -> None:
    """Messages end up in logs."""
    listener = f'{LISTENER}user_events = "*"\nevent_hub = {{ name = "e", {text} }}'
    with pytest.raises(HubSettingsError) as caught:
        hubs_from_toml(listener, PATH)
    assert "secret" not in str(caught.value)


_VALUES = st.recursive(
    st.booleans() | st.integers(-200, 200) | st.sampled_from(["*", "", "a", "http://localhost"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["hubs", "chat", "url", "user_events", "event_handlers", "anonymous"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["hubs", "hub"]), _VALUES, max_size=2))
def test_whatever_it_holds_is_settings_or_one_clear_error(value: dict[str, object]) -> None:
    """No other error escapes, whatever the shape of the file."""
    text = _toml(value)
    with suppress(HubSettingsError):
        hubs = hubs_from_toml(text, PATH)
        assert all(name == name.lower() for name in hubs)


def _toml(value: object) -> str:
    """A table as TOML with everything inline."""
    assert isinstance(value, dict)
    return "\n".join(f"{key} = {_inline(inner)}" for key, inner in value.items())


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
