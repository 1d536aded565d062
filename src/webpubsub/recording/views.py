"""What clients see of a service: which messages and acks they get, and whether they may stay.

That is all that can be compared with a service elsewhere. What is recorded of a service here is
turned into it by way of the frames that its clients were sent.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from webpubsub.protocol.clients.codec import AckError, ClientCodec
from webpubsub.protocol.clients.registry import codec_for, select_subprotocol
from webpubsub.recording import received
from webpubsub.recording.comparison import ID
from webpubsub.recording.names import Names
from webpubsub.recording.plain import NotARequest, delivery_of
from webpubsub.recording.received import Received
from webpubsub.recording.recorder import Entry
from webpubsub.recording.scrubbing import scrubbed

_SIMPLE = codec_for(None)
_KINDS = {received.MESSAGE: "message", received.ACK: "told"}


class Views:
    """Gathers what clients see as ``entries``, in the form of those of a recording."""

    def __init__(self, names: Names) -> None:
        self.entries: list[Entry] = []
        self._names = names
        #: Clients who are not told their connection ids, so that nobody can know these by a name.
        self.nameless: set[str] = set()

    def meet(self, entry: Mapping[str, Any]) -> None:
        """A client is about to connect, if it is that."""
        if entry["kind"] == "connect":
            self.entries.append(dict(entry))
            if _codec_of(entry) is _SIMPLE:
                self.nameless.add(entry["client"])

    def told(self, client: str, what: Received, cause: int) -> None:
        """A client has got a frame."""
        kind = _KINDS.get(what.kind)
        if kind is not None:
            text = msgspec.json.encode(scrubbed(what.value)).decode()
            text = self._names.in_place_of_ids(text)
            for name in self.nameless:
                text = text.replace(name, ID)
            self._see(client, kind, msgspec.json.decode(text), cause)

    def turned_away(self, client: str, status: int, cause: int) -> None:
        """A client was not let in."""
        self._see(client, "goodbye", f"turned away with status {status}", cause)

    def left_alone(self, client: str, cause: int) -> None:
        """The service has closed the connection."""
        self._see(client, "goodbye", "the service has closed the connection", cause)

    def _see(self, client: str, kind: str, value: Any, cause: int) -> None:
        self.entries.append({"kind": kind, "client": client, "value": value, "cause": cause})


def seen_by_clients(recording: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """What the clients of a recording have seen."""
    views, codecs = Views(Names()), dict[str, ClientCodec]()
    for entry in recording:
        kind, cause = entry["kind"], entry.get("cause")
        if kind == "connect":
            views.meet(entry)
            codecs[entry["client"]] = _codec_of(entry)
        elif cause is not None and kind in _SEEN:
            _SEEN[kind](views, entry, codecs)
    return views.entries


def _codec_of(entry: Mapping[str, Any]) -> ClientCodec:
    return codec_for(select_subprotocol(entry["subprotocols"]))


def _answer(views: Views, entry: Mapping[str, Any], codecs: dict[str, ClientCodec]) -> None:
    outcome = entry["outcome"]
    if entry["event"] != "connect":
        return
    if outcome["type"] == "EventFailed":
        status = outcome.get("status", 500)
        views.turned_away(entry["client"], status if 300 <= status < 600 else 500, entry["cause"])
    elif "subprotocol" in outcome:
        codecs[entry["client"]] = codec_for(outcome["subprotocol"])


def _delivery(views: Views, entry: Mapping[str, Any], codecs: dict[str, ClientCodec]) -> None:
    try:
        delivery = delivery_of(entry["delivery"])
    except NotARequest:
        return
    for client in entry["to"]:
        codec = codecs.get(client, _SIMPLE)
        for frame in codec.encode_delivery(delivery):
            views.told(client, received.received(frame, codec), entry["cause"])


def _ack(views: Views, entry: Mapping[str, Any], codecs: dict[str, ClientCodec]) -> None:
    codec, error = codecs.get(entry["client"], _SIMPLE), entry["error"]
    told = error and AckError(error["name"], error["message"])
    for frame in codec.encode_ack(entry["ackId"], told):
        views.told(entry["client"], received.received(frame, codec), entry["cause"])


def _ended(views: Views, entry: Mapping[str, Any], _codecs: dict[str, ClientCodec]) -> None:
    views.left_alone(entry["client"], entry["cause"])


_SEEN = {"answer": _answer, "delivery": _delivery, "ack": _ack, "ended": _ended}
