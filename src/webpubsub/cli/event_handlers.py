"""What a service elsewhere has to be told, so that its events reach an app.

That is where they go, and which of them the app takes. A service that sends an event for which
there is no function gets 404, and a ``connect`` that is answered so turns the client away; hence
the list.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webpubsub.protocol.events import EventType


def instructions(
    url: str, events: Sequence[tuple[str, "EventType", str]], *, asks_for_keys: bool
) -> Iterator[str]:
    """The settings of the hubs, as lines for people. ``events`` are hub, type and name of each that
    the app takes."""
    key = "?code=KEY" if asks_for_keys else ""
    yield f"Event handler of its hubs: {url}{key}"
    for hub in dict.fromkeys(hub for hub, _, _ in events):
        yield f"  hub {hub}: {'; '.join(_selection(hub, events))}"
    if asks_for_keys:
        yield "  KEY is the system key webpubsub_extension; 'webpubsub keys list' shows it."
    yield "  The service must be able to reach it: from Azure that takes a tunnel to this machine."


def _selection(hub: str, events: Sequence[tuple[str, "EventType", str]]) -> Iterator[str]:
    for kind in ("system", "user"):
        names = [
            name for of, event_type, name in events if of == hub and event_type.lower() == kind
        ]
        if names:
            yield f"{kind} events {', '.join(names)}"
