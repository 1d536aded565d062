"""What clients ask for, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from webpubsub.protocol.clients import requests as asks
from webpubsub.protocol.clients.requests import ClientRequest

#: Sent all the time by clients that are well; the page leaves them out unless asked for.
KEEP_ALIVE = "keep-alive"
_REQUEST = "request"


def asked(request: ClientRequest) -> tuple[str, str, str]:
    """The kind, the title and the group of a request."""
    title = _TITLES[type(request)](request)
    kind = KEEP_ALIVE if isinstance(request, asks.Ping | asks.SequenceAck) else _REQUEST
    return kind, title, getattr(request, "group", "")


_TITLES: Mapping[type[Any], Callable[[Any], str]] = {
    asks.JoinGroup: lambda one: f"Join group {one.group}",
    asks.LeaveGroup: lambda one: f"Leave group {one.group}",
    asks.SendToGroup: lambda one: f"Send to group {one.group}",
    asks.SendEvent: lambda one: f"Send event {one.event}",
    asks.Ping: lambda _: "Ping",
    asks.SequenceAck: lambda one: f"Has received up to {one.sequence_id}",
    asks.Invoke: lambda one: f"Invoke {one.event or one.target}",
    asks.CancelInvocation: lambda one: f"Cancel invocation {one.invocation_id}",
    asks.SetGroupState: lambda one: f"Set state in group {one.group}",
    asks.SubscribeGroupState: lambda one: f"Watch states of group {one.group}",
    asks.UnsubscribeGroupState: lambda one: f"Watch no states of group {one.group}",
    asks.StartStream: lambda one: f"Start stream {one.stream_id}",
    asks.StreamFragment: lambda one: f"Stream {one.stream_id}: fragment {one.sequence_id}",
    asks.KeepStreamAlive: lambda one: f"Keep stream {one.stream_id} alive",
    asks.EndStream: lambda one: f"End stream {one.stream_id}",
}
