"""What passes on its way in and out of the host, and the one point that it all passes.

What functions receive and return is shown as it is, secrets included: whoever keeps or shows it has
to know that.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from logging import LogRecord
from traceback import format_exception
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from webpubsub.host.current_invocation import CurrentInvocation
from webpubsub.host.logs.observed_log import LogWatch
from webpubsub.host.values import Value
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol import observation
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.operations import HubOperation
from webpubsub.protocol.refusals import CheckMade, Refusal

if TYPE_CHECKING:
    from webpubsub.host.function_report import FunctionReport


class AppServes(msgspec.Struct, frozen=True):
    """An app serves from now on: at the start, and again after a change of its files."""

    functions: "Sequence[FunctionReport]"
    reloaded: bool = False


class AppBroken(msgspec.Struct, frozen=True):
    """An app cannot be served; the one before, if there is one, serves on."""

    error: str


class HttpReceived(msgspec.Struct, frozen=True):
    """A request to the app; ``path`` is without the query, which may hold a key."""

    method: str
    path: str


class HttpAnswered(msgspec.Struct, frozen=True):
    """The answer to a request, after so many ``seconds``.

    ``route`` is the template of the function that it was for, None when it was for none; what that
    has answered itself is no ``refusal``.
    """

    method: str
    path: str
    status: int
    seconds: float
    route: str | None = None
    refusal: Refusal | None = None


class DeliveryReceived(msgspec.Struct, frozen=True):
    """A service elsewhere brings an event, or asks whether it may."""

    method: str


class DeliveryAnswered(msgspec.Struct, frozen=True):
    """What the service was answered, after so many ``seconds``. ``event`` is None when it was not
    read; ``checks`` are all that were made until it was refused, in order."""

    method: str
    status: int
    seconds: float
    event: AnyEventRequest | None = None
    refusal: Refusal | None = None
    checks: tuple[CheckMade, ...] = ()


class InvocationBegan(msgspec.Struct, frozen=True, kw_only=True):
    """A function is about to be called with the value of its trigger, a binding of
    ``trigger_type``; ``retry`` counts attempts from 0."""

    invocation_id: str
    function: str
    reason: str
    trigger: Value
    trigger_type: str = ""
    retry: int = 0
    max_retries: int = 0


class InvocationLogged(msgspec.Struct, frozen=True, kw_only=True):
    """Code of a function has logged. ``level`` is the name of Python's; ``exception`` the text of a
    traceback."""

    invocation_id: str
    function: str
    level: str
    logger: str
    message: str
    exception: str | None = None


class InvocationEnded(msgspec.Struct, frozen=True, kw_only=True):
    """A call has ended after so many ``seconds``, its outputs included.

    ``inputs`` are those that were read, the trigger first, ``outputs`` those that were set.
    """

    invocation_id: str
    function: str
    seconds: float
    inputs: Sequence[tuple[str, Value]]
    outputs: Mapping[str, Value]
    return_value: Value
    failure: FunctionFailure | None = None


class ActionCarriedOut(msgspec.Struct, frozen=True, kw_only=True):
    """The service was asked for something by an output; ``problem`` says why it did not do it."""

    invocation_id: str
    function: str
    binding: str
    operation: HubOperation
    seconds: float
    problem: str | None = None


Observed: TypeAlias = (
    AppServes
    | AppBroken
    | HttpReceived
    | HttpAnswered
    | DeliveryReceived
    | DeliveryAnswered
    | InvocationBegan
    | InvocationLogged
    | InvocationEnded
    | ActionCarriedOut
)

Sighting: TypeAlias = observation.Sighting[Observed]


class ObservationPoint(observation.ObservationPoint[Observed]):
    """The point of one host. Observers attach on its event loop."""

    __slots__ = ("_log",)

    def __init__(self) -> None:
        # Ids need only differ: nobody gains anything by guessing one.
        super().__init__(time.time, time.perf_counter, random.getrandbits)
        self._log = LogWatch(self._show_log)

    def attach(self, observer: observation.Observer[Sighting]) -> Callable[[], None]:
        """Have an observer look from now on, also at what functions log; what is returned makes it
        look away."""
        if self.observer is None:
            self._log.begin()
        detach = super().attach(observer)

        def look_away() -> None:
            detach()
            if self.observer is None:
                self._log.end()

        return look_away

    def catch_up(self) -> None:
        """Have what threads have logged so far be seen before whatever comes next."""
        self._log.catch_up()

    def _show_log(self, record: LogRecord, invocation: CurrentInvocation) -> None:
        observer = self.observer
        if observer is not None:
            exception = record.exc_info and record.exc_info[1]
            observer(
                InvocationLogged(
                    invocation_id=invocation.id,
                    function=invocation.function_name,
                    level=record.levelname,
                    logger=record.name,
                    message=record.getMessage(),
                    exception="".join(format_exception(exception)) if exception else None,
                )
            )
