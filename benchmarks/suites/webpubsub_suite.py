"""A chat with its service, by the fixture of our plugin."""

import os

import pytest

from webpubsub.testing import World


@pytest.mark.parametrize("number", range(int(os.environ["TESTS"])))
async def test_a_message(webpubsub: World, number: int) -> None:
    """By way of the door, the hub, the function, and back."""
    alice = await webpubsub.connect(user="alice")
    await alice.send_event("message", f"hi {number}")
    await alice.expect({"from": "alice", "text": f"hi {number}"})
