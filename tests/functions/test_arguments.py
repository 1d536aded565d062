"""Hubs, events and connections, checked when an app is imported."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.functions.arguments import (
    Event,
    check_connection,
    check_connections,
    check_hub,
    check_user_id,
    check_word,
    event_of,
)
from webpubsub.functions.mistakes import AppMistake
from webpubsub.protocol.events import (
    ConnectedEventRequest,
    ConnectEventRequest,
    DisconnectedEventRequest,
    EventType,
    UserEventRequest,
)
from webpubsub.protocol.refusals import apps


@pytest.mark.parametrize(
    ("event_type", "event_name", "event", "waits"),
    [
        (
            "system",
            "connect",
            Event(kind="system", name="connect", request=ConnectEventRequest),
            True,
        ),
        (
            "System",
            "Connected",
            Event(kind="system", name="connected", request=ConnectedEventRequest),
            False,
        ),
        (
            EventType.SYSTEM,
            "disconnected",
            Event(kind="system", name="disconnected", request=DisconnectedEventRequest),
            False,
        ),
        ("system", "%EVENT%", Event(kind="system", name="%EVENT%", request=None), True),
        ("user", "message", Event(kind="user", name="message", request=UserEventRequest), True),
        ("USER", "Ping.v-2", Event(kind="user", name="Ping.v-2", request=UserEventRequest), True),
        ("user", "a%B%c", Event(kind="user", name="a%B%c", request=UserEventRequest), True),
    ],
)
def test_events(event_type: str, event_name: str, event: Event, waits: bool) -> None:
    """Words match in any letter case; a name may come from a setting."""
    assert event_of("d", event_type, event_name) == event
    assert event.waits is waits


@pytest.mark.parametrize(
    ("event_type", "event_name", "kind", "message"),
    [
        ("sytem", "connect", apps.EVENT_TYPE_UNKNOWN, "Did you mean 'system'?"),
        ("connect", "connect", apps.EVENT_TYPE_UNKNOWN, "'connect' is of type 'system'"),
        ("message", "message", apps.EVENT_TYPE_UNKNOWN, "'message' is of type 'user'"),
        (None, "connect", apps.EVENT_TYPE_UNKNOWN, "must be 'system' or 'user', not None"),
        ("system", "conect", apps.EVENT_NAME_UNKNOWN, "Did you mean 'connect'?"),
        ("system", "on_connected", apps.EVENT_NAME_UNKNOWN, "Did you mean 'connected'?"),
        ("system", "", apps.EVENT_NAME_UNKNOWN, "event_name must be a str, not ''"),
        ("system", "*", apps.EVENT_NAME_UNKNOWN, "must be 'connect', 'connected' or"),
        ("system", "message", apps.EVENT_PAIR_WRONG, "has event_type='user'"),
        ("user", "connect", apps.EVENT_PAIR_WRONG, "Write event_type='system'"),
        ("user", "Disconnected", apps.EVENT_PAIR_WRONG, "is a system event"),
        ("user", "*", apps.EVENT_NAME_UNKNOWN, "no wildcards"),
        ("user", "a b", apps.EVENT_NAME_UNKNOWN, "clients cannot send an event named 'a b'"),
        ("user", 7, apps.EVENT_NAME_UNKNOWN, "must be a str, not 7"),
    ],
)
def test_events_that_do_not_exist(
    event_type: Any, event_name: Any, kind: Any, message: str
) -> None:
    """The error names the decorator and what was probably meant."""
    with pytest.raises(AppMistake, match=r"^web_pubsub_trigger: ") as raised:
        event_of("web_pubsub_trigger", event_type, event_name)
    assert message in str(raised.value)
    assert raised.value.refusal.kind is kind


@pytest.mark.parametrize("hub", ["chat", "Chat_1", "a.b`[,]", "%HUB%", "a%B%", "x" * 128])
def test_hubs(hub: str) -> None:
    """Names the service accepts, and settings."""
    assert check_hub("d", hub, expressions=False) == hub


def test_a_hub_may_be_an_expression_only_where_the_host_resolves_it() -> None:
    """Inputs and outputs may depend on the invocation, a trigger cannot."""
    assert check_hub("d", "{query.hub}", expressions=True) == "{query.hub}"
    with pytest.raises(AppMistake, match="cannot depend on the event") as raised:
        check_hub("d", "{query.hub}", expressions=False)
    assert raised.value.refusal.kind is apps.HUB_INVALID


@pytest.mark.parametrize("hub", ["", "1a", "my-hub", "a b", "x" * 129, "%HUB", "%%", "é", "a{"])
def test_hubs_the_service_would_refuse(hub: str) -> None:
    """The error shows the name and the rule."""
    with pytest.raises(AppMistake, match="a letter, then up") as raised:
        check_hub("web_pubsub_output", hub, expressions=True)
    assert str(raised.value).startswith(f"web_pubsub_output: the service has no hub named '{hub}'.")
    assert raised.value.refusal.kind is apps.HUB_INVALID


@pytest.mark.parametrize("hub", [None, 7])
def test_a_hub_is_a_str(hub: Any) -> None:
    """Not only at type checking."""
    with pytest.raises(AppMistake, match="hub must be a str"):
        check_hub("d", hub, expressions=False)


@pytest.mark.parametrize("connection", [None, "WebPubSubConnectionString", "My:Section", "a__b"])
def test_connections_are_names_of_settings(connection: str | None) -> None:
    """Or nothing."""
    assert check_connection("d", connection) == connection


@given(st.text("abcdefghij0123456789+/=", min_size=20))
def test_a_connection_string_is_refused_without_showing_it(key: str) -> None:
    """The string holds a secret, which must not end in a log."""
    with pytest.raises(AppMistake, match="not the string itself") as raised:
        check_connection("d", f"Endpoint=https://h;AccessKey={key}")
    assert key not in str(raised.value)
    assert key not in raised.value.refusal.describe()


def test_settings_are_not_replaced_in_names_of_connections() -> None:
    """So that a name with one is none."""
    with pytest.raises(AppMistake, match="is '%CHAT%', and %SETTING% is not replaced"):
        check_connection("d", "%CHAT%")
    with pytest.raises(AppMistake, match="is '%CHAT%'"):
        check_connections("d", ["A", "%CHAT%"])


@pytest.mark.parametrize("connection", ["", 7])
def test_a_connection_must_be_a_name(connection: Any) -> None:
    """The empty one is no name."""
    with pytest.raises(AppMistake, match="must be the name of an app setting") as raised:
        check_connection("d", connection)
    assert raised.value.refusal.kind is apps.CONNECTION_INVALID


def test_lists_of_connections() -> None:
    """Several names, or none."""
    assert check_connections("d", None) is None
    assert check_connections("d", ("A", "B")) == ["A", "B"]


@pytest.mark.parametrize("connections", ["A", {"A"}, 7])
def test_connections_must_be_a_list(connections: Any) -> None:
    """A single str is a likely slip."""
    with pytest.raises(AppMistake, match="must be a list of names"):
        check_connections("d", connections)


def test_one_connection_is_shown_as_a_list() -> None:
    """Unless it is a connection string, which holds a secret."""
    with pytest.raises(AppMistake, match=r"app settings\. Write \['Mine'\]\.$"):
        check_connections("d", "Mine")
    with pytest.raises(AppMistake, match="not the string itself") as raised:
        check_connections("d", "Endpoint=https://h;AccessKey=secret")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "ann", "{query.user}", "{a}-{{b}}-%C%", "{{", "}}"])
def test_users_and_hubs_with_expressions(text: str) -> None:
    """What the host can resolve."""
    assert check_user_id("d", text) == text
    assert check_hub("d", "{connectionContext.hub}x", expressions=True)


@pytest.mark.parametrize("text", ["{query.user", "query.user}", "{}", "{a}}", "{a{b}}"])
def test_braces_without_a_partner(text: str) -> None:
    """They would fail every call."""
    with pytest.raises(AppMistake, match="a brace has no partner") as raised:
        check_user_id("d", text)
    assert raised.value.refusal.kind is apps.OPTION_INVALID
    with pytest.raises(AppMistake, match="a brace has no partner") as raised:
        check_hub("d", f"{{x}}{text}", expressions=True)
    assert raised.value.refusal.kind is apps.HUB_INVALID


@pytest.mark.parametrize("connections", [[""], [None], ["Endpoint=https://h"]])
def test_every_connection_must_be_a_name(connections: Any) -> None:
    """None is not skipped here."""
    with pytest.raises(AppMistake, match="name of"):
        check_connections("d", connections)


def test_words() -> None:
    """One of a few, or nothing."""
    assert check_word("d", "w", None, ("all", "mqtt")) is None
    assert check_word("d", "w", "mqtt", ("all", "mqtt")) == "mqtt"
    with pytest.raises(AppMistake, match="must be 'all' or 'mqtt', not 'MQTT'"):
        check_word("d", "w", "MQTT", ("all", "mqtt"))


def test_a_setting_that_is_named_twice() -> None:
    """Azure takes two connections of one service for a mistake."""
    with pytest.raises(AppMistake, match="names a setting twice"):
        check_connections("d", ["A", "B", "A"])


def test_a_user_is_text() -> None:
    """Or nobody."""
    assert check_user_id("d", None) is None
    assert check_user_id("d", "{query.user}") == "{query.user}"
    with pytest.raises(AppMistake, match=r"such as '\{query.user\}', not 5"):
        check_user_id("d", 5)
