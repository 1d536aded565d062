"""In place of the compiled loop that sends many the same: who is sent something is found as there,
and what their sockets take is up to a test."""

from collections.abc import Callable, Sequence
from typing import Any

from webpubsub.service.websockets.outgoing.sending import Apart, SendSame


def same_sends(
    take: Callable[[list[Any], bytes], Sequence[int]],
    reach: Callable[[int, int], int] = lambda _, end: end,
) -> SendSame:
    """``take`` tells how many of the bytes each of some sockets takes, and ``reach`` how far from
    one place to another it gets before others are to be heard."""

    def send_same(
        ways: list[Any],
        start: int,
        end: int,
        _between: int,
        _patience: int,
        data: bytes,
        apart: Apart,
        _others: int,
    ) -> tuple[int, list[tuple[Any, int]]]:
        reached = reach(start, end)
        staying = [way for way in ways[start:reached] if way not in apart]
        sizes = iter(take([way for way in staying if way.clear_fileno >= 0], data))
        sent = [(way, next(sizes) if way.clear_fileno >= 0 else -1) for way in staying]
        return reached, [(way, size) for way, size in sent if size < len(data)]

    return send_same
