"""Clients that do again what they did."""

import logging

import pytest

from tests.recording.handlers import Greeter
from tests.recording.recorded import kinds, recording
from webpubsub.recording.comparison import differences
from webpubsub.recording.replay import Replay
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

KEY = "another-key-that-is-long-enough-for-it"


async def replayed(before: list[dict[str, object]], greeter: Greeter) -> Replay:
    """A replay against a service with this application."""
    async with Service(ServiceSettings(port=0, access_keys=(KEY,)), greeter) as service:
        replay = Replay(service, KEY)
        await replay.run(before)
        assert not any(hub.sessions for hub in service.hubs)
        return replay


async def test_the_same_application_makes_no_difference() -> None:
    """Although ids, ports and keys are others."""
    before = await recording()
    again = await replayed(before, Greeter())
    assert differences(before, again.entries) == []
    assert again.requests == 4


async def test_another_application_does() -> None:
    """Each client sees what is for it."""
    before = await recording()
    again = await replayed(before, Greeter("good day"))
    found = differences(before, again.entries)
    assert {one.what for one in found} >= {
        "client 1 (alice): answers to its events",
        "client 2 (bob): answers to its events",
        "client 1 (alice): messages it got",
    }
    assert all("good day" in "".join(one.lines) for one in found)


async def test_clients_that_are_not_let_in_any_more_do_nothing() -> None:
    """Which is a difference, and does not shift the names of others."""

    before = await recording()
    for entry in kinds(before, "connect"):
        entry["claims"] = {"sub": ["mallory"]} if entry["user"] == "alice" else entry["claims"]
    again = await replayed(before, Greeter())
    assert [one["client"] for one in kinds(again.entries, "connect")] == [
        "{client 1}",
        "{client 2}",
        "{client 3}",
    ]
    assert not [one for one in kinds(again.entries, "request") if one["client"] == "{client 1}"]
    assert "client 1 (alice): answers to its events" in {
        one.what for one in differences(before, again.entries)
    }


async def test_what_cannot_be_read_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """A file may have been edited; the log says so."""
    before = await recording()
    kinds(before, "request")[0]["request"] = {"type": "Dance"}
    with caplog.at_level(logging.WARNING):
        again = await replayed(before, Greeter())
    assert again.requests == 3
    assert "there is no request of the type 'Dance'" in caplog.text
