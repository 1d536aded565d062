"""Pings, and acks of sequence ids.

Specification: client-protocols section 5.9.
"""

from tests.service.connections.world import World
from webpubsub.protocol.refusals import Refusal


async def test_ping() -> None:
    """The application's ping has a pong and no ack."""
    assert await World().send({"type": "ping", "ackId": 1}) == [{"type": "pong"}]


async def test_sequence_acks_are_ignored() -> None:
    """They are of use to reliable clients, and harmless from others."""
    assert await World().send({"type": "sequenceAck", "sequenceId": 5}) == []


def _fail(_operation: object) -> Refusal | None:
    raise RuntimeError("as asked")
