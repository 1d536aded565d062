"""Everything new, as it happens, to one open page: Server-Sent Events.

What happens within a moment is sent together, so that a busy service costs a page a few messages a
second and not one for each item. A page that falls behind further than what is kept is told how
much it has missed.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aiohttp import web

from webpubsub.dashboard.answers import encoded
from webpubsub.dashboard.lines.line import line
from webpubsub.dashboard.recorder import Recorder

#: Between two messages in seconds: while something happens, and while nothing does.
_BUSY = 0.1
_QUIET = 1.0
_BATCH = 500


class LiveUpdates:
    """What one open page is told until it goes, or until ``is_closed``."""

    def __init__(
        self,
        recorder: Recorder,
        *,
        status: Callable[[], Any],
        is_closed: Callable[[], bool],
    ) -> None:
        self._recorder = recorder
        self._status = status
        self._is_closed = is_closed

    async def follow(self, response: web.StreamResponse, after: int) -> None:
        """Send what comes after an entry, and in between how the service stands."""
        with suppress(ConnectionError):  # that is how a page goes
            await self._follow(response, after)

    async def _follow(self, response: web.StreamResponse, after: int) -> None:
        loop = asyncio.get_running_loop()
        next_status = 0.0
        while not self._is_closed():
            if loop.time() >= next_status:
                await self._send(response, "status", self._status())
                next_status = loop.time() + _QUIET
            entries = self._recorder.after(after, _BATCH)
            if entries:
                missed = max(0, entries[0].id - after - 1)
                lines = [line(entry, self._recorder.users) for entry in entries]
                await self._send(response, "entries", {"missed": missed, "lines": lines})
                after = entries[-1].id
                await asyncio.sleep(_BUSY)
            else:
                await self._recorder.wait(after, next_status - loop.time())

    async def _send(self, response: web.StreamResponse, event: str, value: Any) -> None:
        await response.write(b"event: " + event.encode() + b"\ndata: " + encoded(value) + b"\n\n")
