"""Clients do again what they did, in their own protocols. Specification: client-protocols sections
4 and 7.2."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.recording.handlers import Greeter
from tests.recording.protocols import recording_of
from tests.recording.recorded import kinds
from webpubsub.protocol.clients.requests import SequenceAck
from webpubsub.recording.clients import Clients, Listener, ServiceAway
from webpubsub.recording.comparison import differences
from webpubsub.recording.names import Names
from webpubsub.recording.replay import Replay
from webpubsub.service.observation import Observed, RequestReceived, SessionBegan, Sighting
from webpubsub.service.service import Service
from webpubsub.service.settings import DEVELOPMENT_KEY, ServiceSettings

CONNECT: Mapping[str, Any] = {
    "kind": "connect",
    "client": "{client 1}",
    "hub": "h",
    "user": "a",
    "claims": {"sub": ["a"]},
    "query": {},
    "headers": {},
    "subprotocols": [],
    "step": 1,
}
PROTOCOLS = (
    "json.webpubsub.azure.v1",
    "protobuf.webpubsub.azure.v1",
    "json.reliable.webpubsub.azure.v1",
    "protobuf.reliable.webpubsub.azure.v1",
)


@pytest.mark.parametrize("subprotocol", PROTOCOLS)
async def test_in_its_own_protocol(subprotocol: str) -> None:
    """A reliable client acknowledges what it gets, and stays connected where it came back."""
    before = await recording_of(subprotocol)
    assert len(kinds(before, "recovered")) == ("reliable" in subprotocol)
    seen: list[Observed] = []

    def watch(sighting: Sighting) -> None:
        seen.append(sighting.item)

    async with Service(ServiceSettings(port=0), Greeter()) as service:
        service.point.attach(watch)
        again = Replay(service, DEVELOPMENT_KEY)
        await again.run(before)
    assert differences(before, again.entries) == []
    assert [one.subprotocol for one in seen if isinstance(one, SessionBegan)] == [subprotocol]
    asked = [one.request for one in seen if isinstance(one, RequestReceived)]
    acks = [one for one in asked if isinstance(one, SequenceAck)]
    assert acks == [SequenceAck(sequence_id=1)] * ("reliable" in subprotocol)
    assert len(asked) == len(kinds(before, "request")) == again.requests


async def test_a_number_that_it_never_got_is_not_acknowledged() -> None:
    """The app may say less now than it did then."""
    async with Service(ServiceSettings(port=0)) as service:
        clients = Clients(service.endpoint, DEVELOPMENT_KEY, Names(), Listener())
        async with clients:
            await clients.do({**CONNECT, "subprotocols": ["json.reliable.webpubsub.azure.v1"]})
            ack = {"type": "SequenceAck", "sequence_id": 3}
            made = await clients.do({"kind": "request", "client": "{client 1}", "request": ack})
        assert (made, clients.requests) == (None, 0)


@pytest.mark.parametrize("reason", ["", "see you", "ü" * 100])
async def test_the_reason_for_leaving(reason: str) -> None:
    """As far as there is room for it."""
    from webpubsub.service.observation import SessionEnded

    ended: list[str] = []

    def watch(sighting: Sighting) -> None:
        if isinstance(sighting.item, SessionEnded):
            ended.append(sighting.item.reason)

    async with Service(ServiceSettings(port=0)) as service:
        service.point.attach(watch)
        async with Clients(service.endpoint, DEVELOPMENT_KEY, Names(), Listener()) as clients:
            await clients.do(CONNECT)
            await clients.do({"kind": "ended", "client": "{client 1}", "reason": reason})
    assert ended == [reason[:61]]


async def test_a_service_that_is_not_there() -> None:
    """One line, with the reason."""
    async with Clients("http://127.0.0.1:1", DEVELOPMENT_KEY, Names(), Listener()) as clients:
        with pytest.raises(ServiceAway, match=r"http://127\.0\.0\.1:1 does not answer: "):
            await clients.do(CONNECT)
