"""Everything new, as it happens, to one open page."""

import asyncio
import json
from typing import Any

from aiohttp import ClientConnectionResetError

from tests.dashboard.world import sighting
from tests.service.wire import until
from webpubsub.dashboard.live import LiveUpdates
from webpubsub.dashboard.recorder import Recorder, RecorderLimits
from webpubsub.service.observation import SessionEnded


class Page:
    """Takes what is sent to it."""

    def __init__(self, recorder: Recorder) -> None:
        self.sent: list[tuple[str, Any]] = []
        self.closed = False
        self.gone = False
        self._updates = LiveUpdates(
            recorder, status=lambda: {"ok": True}, is_closed=lambda: self.closed
        )

    async def write(self, data: bytes) -> None:
        if self.gone:
            raise ClientConnectionResetError("Cannot write to closing transport")
        event, line, *rest = data.decode().split("\n")
        assert rest == ["", ""]
        text = line.removeprefix("data: ")
        self.sent.append((event.removeprefix("event: "), json.loads(text)))

    def open(self, after: int = 0) -> asyncio.Task[None]:
        return asyncio.create_task(self._updates.follow(self, after))  # type: ignore[arg-type]  # writes are all it needs

    @property
    def ids(self) -> list[int]:
        return [
            line["id"]
            for event, value in self.sent
            if event == "entries"
            for line in value["lines"]
        ]


async def test_history_first_then_what_comes() -> None:
    """Each once, in order; and how the service stands."""
    recorder = Recorder()
    recorder(sighting(SessionEnded("chat", "c", "")))
    page = Page(recorder)
    following = page.open()
    await until(lambda: page.ids == [1])
    recorder(sighting(SessionEnded("chat", "c", "")))
    recorder(sighting(SessionEnded("chat", "c", "")))
    await until(lambda: page.ids == [1, 2, 3])
    assert page.sent[0] == ("status", {"ok": True})
    page.closed = True
    recorder(sighting(SessionEnded("chat", "c", "")))
    await asyncio.wait_for(following, 2)


async def test_who_falls_behind_is_told() -> None:
    """How much it has missed."""
    recorder = Recorder(limits=RecorderLimits(entries=3))
    for _ in range(10):
        recorder(sighting(SessionEnded("chat", "c", "")))
    page = Page(recorder)
    following = page.open(2)
    await until(lambda: page.ids == [8, 9, 10])
    assert page.sent[1][1]["missed"] == 5
    page.closed = True
    recorder(sighting(SessionEnded("chat", "c", "")))
    await asyncio.wait_for(following, 2)


async def test_a_page_goes_without_a_word() -> None:
    """Whoever closes it has made no mistake: what is written to it then fails, and nothing else."""
    recorder = Recorder()
    page = Page(recorder)
    following = page.open()
    await until(lambda: bool(page.sent))
    page.gone = True
    recorder(sighting(SessionEnded("chat", "c", "")))
    await asyncio.wait_for(following, 2)
