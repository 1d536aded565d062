"""How much is done for one client before everybody else is heard. Specification: client-protocols
section 2.1."""

import asyncio
import json

import pytest

from tests.service.connections.world import World, to_group
from tests.service.fakes import client_frame
from webpubsub.protocol import operations as ops
from webpubsub.service.websockets.share import BYTES, SHARE

TEXT, PING = 1, 9
LARGE = SHARE * BYTES
MEBIBYTE = 1 << 20

#: How large the payloads are with which a client floods; a ping is sent in front of each.
FLOODS = [
    [1] * 1000,
    [1000] * 500,
    [BYTES] * 100,
    [LARGE - 1000] * 20,
    [LARGE] * 20,
    [MEBIBYTE - 1000] * 3,
    [1, BYTES, LARGE, 1, 1, MEBIBYTE // 2, 2 * BYTES, 1] * 5,
]


@pytest.mark.parametrize("sizes", FLOODS, ids=lambda sizes: f"{sizes[:3]}")
async def test_a_turn_is_bounded(sizes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """So many bytes are read in it and so many messages handled, and a large one with nothing else;
    all are handled in the end, in order."""
    world = World(max_message_bytes=MEBIBYTE, max_inbox_bytes=MEBIBYTE)
    handled: list[int] = []

    def perform(operation: ops.HubOperation) -> None:
        assert isinstance(operation, ops.SendToGroup)
        handled.append(len(operation.message.data))

    monkeypatch.setattr(world.hub, "perform", perform)
    flood = b"".join(map(_frames, sizes))
    while len(handled) < len(sizes):
        before, left = len(handled), len(flood)
        flood = world.wire.poll(flood)
        await asyncio.sleep(0)
        size, count = left - len(flood), len(handled) - before
        assert size <= SHARE * BYTES
        assert count <= SHARE
        if max(handled[before:], default=0) >= LARGE:
            assert (size < BYTES, count) == (True, 1)
    assert handled == sizes
    assert not flood


def _frames(size: int) -> bytes:
    message = json.dumps(to_group("others", "x" * size)).encode()
    return client_frame(PING) + client_frame(TEXT, message)
