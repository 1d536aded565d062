"""What a service elsewhere has to be told."""

from webpubsub.cli.event_handlers import instructions
from webpubsub.protocol.events import EventType

URL = "http://localhost:7071/runtime/webhooks/webpubsub"
EVENTS = [
    ("chat", EventType.SYSTEM, "connect"),
    ("news", EventType.SYSTEM, "disconnected"),
    ("chat", EventType.USER, "message"),
    ("chat", EventType.USER, "say"),
]


def test_every_hub_has_its_events() -> None:
    """Those that the app takes, and no others."""
    assert list(instructions(URL, EVENTS, asks_for_keys=False))[:3] == [
        f"Event handler of its hubs: {URL}",
        "  hub chat: system events connect; user events message, say",
        "  hub news: system events disconnected",
    ]


def test_a_key_is_named_and_not_shown() -> None:
    """The console may be seen by others."""
    lines = list(instructions(URL, EVENTS, asks_for_keys=True))
    assert lines[0] == f"Event handler of its hubs: {URL}?code=KEY"
    assert any("webpubsub_extension" in line for line in lines)
