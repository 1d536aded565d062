"""When timers fire.

Specification: functions-python section 22, check 19.
And functions-python section 7.
"""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from tests.acceptance.serving import HEAD, script, served, values, written
from tests.service.wire import until
from webpubsub.host.extensions.timer.statuses import FileStatusStore

TICK = """
import pathlib
RUNS = pathlib.Path(__file__).with_name("runs.txt")

@app.timer_trigger(arg_name="timer", schedule="SCHEDULE"MORE)
def tick(timer: func.TimerRequest) -> None:
    with RUNS.open("a") as file:
        print(timer.past_due, file=file)
"""


def ticking(schedule: str, more: str = "") -> str:
    """A function that writes down whether it is late, each time it runs."""
    return TICK.replace("SCHEDULE", schedule).replace("MORE", more)


def runs(app: Path) -> list[str]:
    """What it wrote."""
    file = app / "runs.txt"
    return file.read_text(encoding="utf-8").split() if file.exists() else []


async def some_runs(app: Path, count: int) -> list[str]:
    """What it wrote, once it has run so often."""
    await until(lambda: len(runs(app)) >= count)
    return runs(app)


async def test_check_19_schedules(tmp_path: Path) -> None:
    """functions-python section 22, check 19."""
    every_second = script(tmp_path / "six", ticking("* * * * * *"))
    async with served(every_second):
        assert set(await some_runs(every_second, 2)) == {"False"}
    five = script(tmp_path / "five", ticking("*/5 * * * *"))
    async with served(five) as app:
        assert app.errors == {"tick": None}
        assert runs(five) == []
    files = {
        "function_app.py": HEAD + ticking("%SOMETIMES%"),
        "local.settings.json": values(SOMETIMES="*/1 * * * * *"),
    }
    setting = written(tmp_path / "setting", files)
    async with served(setting):
        await some_runs(setting, 1)
    async with served(script(tmp_path / "none", ticking("sometimes"))) as app:
        assert "sometimes" in (app.errors["tick"] or "")


def missed(app: Path, *, by: timedelta) -> None:
    """As if a timer should have fired meanwhile."""
    store = FileStatusStore.for_app(app, os.environ)
    status = store.read("tick")
    assert status is not None
    assert status.next > datetime.now(UTC)
    earlier = {
        "next": status.next - by,
        "last": status.last and status.last - by,
        "last_updated": status.last_updated - by,
    }
    store.write("tick", msgspec.structs.replace(status, **earlier))


async def test_check_19_an_occurrence_that_was_missed(tmp_path: Path) -> None:
    """functions-python section 22, check 19."""
    app = script(tmp_path, ticking("0 30 * * * *"))
    async with served(app):
        assert runs(app) == []
    missed(app, by=timedelta(hours=5))  # once or five times, it runs once
    async with served(app):
        assert await some_runs(app, 1) == ["True"]
        await asyncio.sleep(0.2)
    async with served(app):
        await asyncio.sleep(0.2)
    assert runs(app) == ["True"]


async def test_check_19_a_new_schedule_is_not_late(tmp_path: Path) -> None:
    """functions-python section 22, check 19."""
    app = script(tmp_path, ticking("0 30 * * * *"))
    async with served(app):
        pass
    missed(app, by=timedelta(hours=5))
    script(tmp_path, ticking("0 0 0 1 1 *"))
    async with served(app):
        await asyncio.sleep(0.2)
    assert runs(app) == []


async def test_check_19_a_run_at_the_start(tmp_path: Path) -> None:
    """functions-python section 22, check 19."""
    app = script(tmp_path, ticking("0 0 0 1 1 *", ", run_on_startup=True"))
    async with served(app):
        assert await some_runs(app, 1) == ["False"]
        await asyncio.sleep(0.2)
    assert runs(app) == ["False"]


SLOW = """
import asyncio, pathlib
RUNS = pathlib.Path(__file__).with_name("runs.txt")
running, most = 0, 0

@app.timer_trigger(arg_name="timer", schedule="* * * * * *")
async def slow(timer: func.TimerRequest) -> None:
    global running, most
    running += 1
    most = max(most, running)
    await asyncio.sleep(1.2)
    running -= 1
    RUNS.write_text(str(most))
"""


async def test_check_19_a_run_that_takes_long(tmp_path: Path) -> None:
    """functions-python section 22, check 19. The next one begins when it has ended."""
    app = script(tmp_path, SLOW)
    async with served(app):
        assert await some_runs(app, 1) == ["1"]
