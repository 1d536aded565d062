"""The official JavaScript client publishes a stream and loses its connection again and again, and
so does the one that subscribes to it: nothing is lost, and nothing comes twice.

Specification: client-protocols sections 7.4, 9.3 and 14.
"""

import asyncio

import pytest

from tests.conformance.reliability import Stage, numbered, staged
from tests.conformance.test_recovery_javascript import HERE, opened
from tests.requirements import requires

FRAGMENTS = 4000

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.timeout(120),
    requires("node", packages=HERE),
]


async def _cut(stage: Stage, told: list[list[str]]) -> int:
    """Cut the connection of the publisher or of the subscriber until all is over; how often."""
    cuts = 0
    while ["closed"] not in told:
        stage.proxy.cut()
        await stage.until(lambda: not stage.proxy.armed or ["closed"] in told)
        cuts += not stage.proxy.armed
        await asyncio.sleep(0.02)
    return cuts


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_stream_goes_on(elsewhere: bool) -> None:
    """Whichever of the two is cut off in the middle of a frame, and however often."""
    async with (
        staged(elsewhere=elsewhere) as stage,
        opened(stage, "streaming.js", str(FRAGMENTS)) as client,
    ):
        cuts = await _cut(stage, client.told)
        await stage.until(lambda: ["end"] in client.told)
        await stage.settle()
        assert cuts > 5
        assert client.heard("fragment") == numbered(FRAGMENTS)
        others = sorted(what for what in client.told if what[0] != "fragment")
        assert others == [["closed"], ["end"], ["stream", "s"], ["written"]]
