"""A stream that a client publishes in a test. Specification: client-protocols section 9.3."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, TypeAlias

Send: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]
# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class Stream:
    """What ``client.stream(group)`` is: open within ``async with``, and ended after it; with an
    error, if the block raises one. ``id`` is what fragments are known by."""

    def __init__(self, send: Send, start: Callable[[], Awaitable[None]], stream_id: str) -> None:
        self.id = stream_id
        self._send = send
        self._start = start
        self._number = 0
        self._is_open = True

    async def send(self, data: Any) -> None:
        """Publish the next fragment: a text, bytes, or anything else as JSON."""
        self._number += 1
        fragment = {"streamSequenceId": self._number, "data": data}
        await self._send({"type": "streamData", "streamId": self.id, **fragment})

    async def keep_alive(self) -> None:
        """Have the stream not time out for another while."""
        await self._send({"type": "streamData", "streamId": self.id})

    async def end(self, error: str | None = None, code: str | None = None) -> None:
        """End it, once; with the ``error`` and ``code`` that subscribers are to see, if one is
        given."""
        if not self._is_open:
            return
        self._is_open = False
        request: dict[str, Any] = {"type": "streamEnd", "streamId": self.id}
        if error is not None or code is not None:
            named = {"message": error, "userErrorCode": code}
            request["error"] = {name: text for name, text in named.items() if text is not None}
        await self._send(request)

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        await self.end(error=None if error is None else str(error) or type(error).__name__)
