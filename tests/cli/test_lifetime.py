"""How long a command lives; signals are tested with whole commands in ``test_start``."""

import asyncio
import signal

import pytest

from webpubsub.cli import lifetime
from webpubsub.host.workers import leaving


@pytest.fixture(autouse=True)
def _restored_signals() -> object:
    """Leave the handlers of the test run as they were."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def _threads_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that other tests have left behind are none of a command's."""
    monkeypatch.setattr(leaving, "leave_threads_behind", lambda _code: None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_to_stop(number: signal.Signals) -> None:
    """What was being served is finished before ``run`` returns."""
    order = []

    async def serve(stop: asyncio.Event) -> None:
        asyncio.get_running_loop().call_soon(signal.raise_signal, number)
        await stop.wait()
        order.append("asked")
        await asyncio.sleep(0)
        order.append("finished")

    lifetime.run(serve)
    assert order == ["asked", "finished"]


def test_what_serving_raises_is_raised() -> None:
    """A command decides itself what an error means."""

    async def serve(_stop: asyncio.Event) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        lifetime.run(serve)


@pytest.mark.parametrize(("answer", "code"), [(None, 0), (0, 0), (5, 5)])
def test_the_exit_code_is_what_serving_answers(answer: int | None, code: int) -> None:
    """Most commands answer nothing."""

    async def serve(_stop: asyncio.Event) -> int | None:
        return answer

    assert lifetime.run(serve) == code
