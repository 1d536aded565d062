"""What has passed in a test, line by line."""

import pytest

from webpubsub.testing import RequestFailed, World
from webpubsub.testing.traffic import shown_traffic

pytestmark = pytest.mark.webpubsub(app="tests/testing/apps/room")


async def test_what_has_passed(webpubsub: World) -> None:
    """Who did what, when, and what came of it; faults too, and no ado."""
    alice = await webpubsub.connect(user="alice")
    bob = await webpubsub.connect()
    before = len(webpubsub.traffic)
    await alice.send_event("message", "hi")
    webpubsub.faults.freeze(bob)
    await webpubsub.clock.advance(30)
    await alice.close()
    lines = [line for line in webpubsub.traffic[before:] if "tick" not in line]  # in its minutes
    expected = [
        "alice: Send event message: hi",
        "Function message",
        "alice, client 2: Delivered to 2 connections: alice: hi",
        "Action of message: send to all: alice: hi",
        "Function message has returned",
        "alice: Answer to message: got hi",
        "alice: Delivered to 1 connection: got hi",
        "client 2: Fault: freeze: nothing arrives",
        "alice: Disconnected",
        "alice: Transport closed with 1000: Normal",
    ]
    rest = iter([line[11:] for line in lines])
    assert [one for one in expected if one not in rest] == [], "in this order"
    assert not [line for line in lines if "Ack" in line or "let in" in line]
    assert lines[0].startswith("    0.000  ")
    assert lines[-1].startswith("   30.000  ")


async def test_what_went_wrong(webpubsub: World) -> None:
    """Is there with its reason."""
    alice = await webpubsub.connect(user="alice")
    with pytest.raises(RequestFailed, match=r"\n    nobody handles the event 'sing'"):
        await alice.send_event("sing")
    with pytest.raises(RequestFailed):
        await alice.send_event("message", "boom")
    await alice.drop()
    lines = "\n".join(webpubsub.traffic)
    assert "alice: Answer to sing: nobody handles it" in lines
    assert "alice: Ack 1: InternalServerError" in lines
    assert "Function message failed: ValueError: it went off" in lines
    assert "alice: Fault: drop: the connection is cut" in lines


async def test_what_comes_after_the_test_is_no_part_of_it(webpubsub: World) -> None:
    """When everybody is sent home."""
    await webpubsub.connect(user="alice")
    before = webpubsub.traffic
    await webpubsub.stop()
    assert webpubsub.traffic == before


def test_a_failure_shows_the_last_of_it() -> None:
    """And says how much there was before."""
    lines = [f"line {number}" for number in range(50)]
    shown = shown_traffic(lines).splitlines()
    assert shown[0] == "(10 lines before)"
    assert shown[1:] == lines[10:]
    assert shown_traffic(lines[:2]) == "line 0\nline 1"
