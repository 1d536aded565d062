"""A stream that a client publishes. Specification: client-protocols section 9.3."""

import pytest

from tests.testing.world import JOINING
from webpubsub.testing import RequestFailed, World

pytestmark = pytest.mark.webpubsub(app=None, hubs={"room": {}})

GROUPING = ["json", "json.reliable", "protobuf", "protobuf.reliable"]


@pytest.mark.parametrize("protocol", GROUPING)
async def test_fragments_come_in_order(webpubsub: World, protocol: str) -> None:
    """And then the end of the stream."""
    alice = await webpubsub.connect(user="alice", protocol=protocol, roles=JOINING)
    bob = await webpubsub.connect(user="bob", protocol=protocol, groups=["g"])
    async with alice.stream("g") as stream:
        await stream.send("one")
        await stream.send({"n": 2})
    first, second, end = bob.messages
    assert (first.data, second.data) == ("one", {"n": 2})
    assert second.stream == {"streamId": stream.id, "streamSequenceId": 2}
    assert end.stream == {"streamId": stream.id, "streamSequenceId": 3, "endOfStream": True}
    await stream.end()
    assert len(bob.messages) == 3


@pytest.mark.parametrize("protocol", ["json", "protobuf"])
async def test_a_stream_may_end_with_an_error(webpubsub: World, protocol: str) -> None:
    """Of the publisher's, or because the block has raised one."""
    alice = await webpubsub.connect(user="alice", protocol=protocol, roles=JOINING, groups=["g"])
    async with alice.stream("g") as stream:
        await stream.end("no more", code="E1")
    end = await alice.expect(stream=lambda info: info["endOfStream"])
    assert end.stream is not None
    assert end.stream["error"] == {
        "name": "UserError",
        "message": "no more",
        "userErrorCode": "E1",
    }
    with pytest.raises(ZeroDivisionError):
        async with alice.stream("g"):
            _ = 1 / 0
    end = await alice.expect(stream=lambda info: info["endOfStream"])
    assert end.stream is not None
    assert end.stream["error"]["message"] == "division by zero"


@pytest.mark.parametrize("protocol", ["json", "protobuf"])
async def test_a_stream_has_its_time(webpubsub: World, protocol: str) -> None:
    """By the clock, unless it is kept alive."""
    alice = await webpubsub.connect(user="alice", protocol=protocol, roles=JOINING)
    bob = await webpubsub.connect(user="bob", groups=["g"])
    async with alice.stream("g", idle_seconds=10, no_echo=True) as stream:
        await webpubsub.clock.advance(9)
        await stream.keep_alive()
        await webpubsub.clock.advance(9)
        await stream.send("still here")
        await webpubsub.clock.advance(11)
    await bob.expect("still here")
    end = await bob.expect(stream=lambda info: info["endOfStream"])
    assert end.stream is not None
    assert end.stream["error"]["name"] == "IdleTimeout"
    await alice.expect(type="streamClosed", stream_id=stream.id)


@pytest.mark.parametrize("protocol", ["json", "protobuf"])
async def test_a_stream_that_is_refused(webpubsub: World, protocol: str) -> None:
    """Says why, before the block begins."""
    alice = await webpubsub.connect(user="alice", protocol=protocol)
    with pytest.raises(RequestFailed, match="alice streaming to 'g' failed with Forbidden"):
        async with alice.stream("g"):
            pytest.fail("it was refused")
