"""What an app and its service go by: this machine, or what a test puts in its place."""

import time
from collections.abc import Callable

import msgspec

from webpubsub.host.extensions.timer.clock import Clock
from webpubsub.host.extensions.timer.statuses import StatusStore
from webpubsub.protocol.timers import Timers


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """By default this machine, its clock and its ports.

    ``clock`` gives seconds since the epoch. ``timers`` are for what is measured in seconds, by
    default the event loop; ``wall_clock`` and ``statuses`` are for timer functions. Without
    ``listens`` nothing is listened on: connections come through doors.
    """

    clock: Callable[[], float] = time.time
    timers: Timers | None = None
    wall_clock: Clock | None = None
    statuses: StatusStore | None = None
    listens: bool = True
