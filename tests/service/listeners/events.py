"""Events for listeners, and a target that remembers."""

import asyncio
from collections.abc import Sequence
from typing import Any

from webpubsub.protocol.events import (
    AnyEventRequest,
    ConnectedEventRequest,
    ConnectEventRequest,
    ConnectionContext,
    DisconnectedEventRequest,
    EventType,
    UserEventRequest,
)
from webpubsub.protocol.messages import DataType, Message

SYSTEM: dict[
    str,
    type[ConnectEventRequest] | type[ConnectedEventRequest] | type[DisconnectedEventRequest],
] = {
    "connect": ConnectEventRequest,
    "connected": ConnectedEventRequest,
    "disconnected": DisconnectedEventRequest,
}


def context(event_type: EventType, name: str, **members: Any) -> ConnectionContext:
    """The context of an event of hub ``chat``."""
    defaults: dict[str, Any] = {"hub": "chat", "connection_id": "c1", "event_id": 2}
    return ConnectionContext(event_type=event_type, event_name=name, **(defaults | members))


def system_event(name: str, **members: Any) -> AnyEventRequest:
    """A system event by name."""
    return SYSTEM[name](connection_context=context(EventType.SYSTEM, name, **members))


def user_event(
    name: str = "message",
    data: bytes = b"hi",
    data_type: DataType = DataType.TEXT,
    metadata: dict[str, str] | None = None,
    **members: Any,
) -> UserEventRequest:
    """A user event with a message."""
    return UserEventRequest(
        connection_context=context(EventType.USER, name, **members),
        message=Message(data_type, data, metadata),
    )


class Remembering:
    """A target whose sends can be held up, or fail once each."""

    def __init__(self) -> None:
        self.batches: list[Sequence[AnyEventRequest]] = []
        self.failures: list[Exception] = []
        self.open = asyncio.Event()
        self.open.set()
        self.checked = False
        self.closing = asyncio.Event()

    @property
    def name(self) -> str:
        return "'memory'"

    @property
    def events(self) -> list[AnyEventRequest]:
        """Everything that has arrived, in order."""
        return [event for batch in self.batches for event in batch]

    @property
    def closed(self) -> bool:
        return self.closing.is_set()

    async def check(self) -> None:
        self.checked = True

    async def send(self, events: Sequence[AnyEventRequest]) -> None:
        await self.open.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append(events)

    async def close(self) -> None:
        self.closing.set()
