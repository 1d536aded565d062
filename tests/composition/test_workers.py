"""Apps in processes of their own, as their users see them.

Specification: functions-python sections 2.1, 8.1, 8.4 and 8.5.
"""

import asyncio
import os
import random
import re
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
import pytest

from tests.cli.apps import write_app
from tests.cli.processes import StartedApp
from webpubsub.composition.workers import new_worker, worker_count
from webpubsub.host.errors import HostError
from webpubsub.host.python import PythonWorker
from webpubsub.host.settings.app_settings import AppSettings
from webpubsub.host.workers.worker_pool import WorkerPool

APP = """
import asyncio, logging, os, random, time
import azure.functions as func
import webpubsub as wps

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)
print(f"imported by {os.getpid()}\\n", end="", flush=True)

@app.route("negotiate")
@app.web_pubsub_connection_input(arg_name="connection", hub="room", user_id="u")
def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> func.HttpResponse:
    return func.HttpResponse(connection.url)

@app.route("pid")
async def pid(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(str(os.getpid()))

@app.route("forever")
async def forever(req: func.HttpRequest) -> func.HttpResponse:
    logging.warning("it waits in %d", os.getpid())
    await asyncio.sleep(60)

@app.route("stuck")
def stuck(req: func.HttpRequest) -> func.HttpResponse:
    time.sleep(600)

@app.web_pubsub_trigger(hub="room", event_type="user", event_name="message")
async def message(request: wps.UserEventRequest) -> wps.UserEventResponse:
    begun = time.monotonic_ns()
    await asyncio.sleep(random.choice([0, 0.001, 0.005]))
    ended = time.monotonic_ns()
    return wps.UserEventResponse(f"VERSION {request.text()} {os.getpid()} {begun} {ended}")
"""


@asynccontextmanager
async def serving(
    folder: Path, workers: int, source: str = APP
) -> AsyncIterator[tuple[StartedApp, aiohttp.ClientSession]]:
    """The app as a user starts it, and stops it."""
    write_app(folder, source)
    with StartedApp(folder, options=["--workers", str(workers)]) as app:
        await asyncio.to_thread(app.wait_until_ready)
        async with aiohttp.ClientSession() as session:
            yield app, session
        assert await asyncio.to_thread(app.interrupt) == 0
    assert "Traceback" not in app.output


async def get(session: aiohttp.ClientSession, url: str) -> str:
    async with session.get(url) as answer:
        return f"{answer.status} {await answer.text()}"


async def exchange(session: aiohttp.ClientSession, url: str, count: int) -> Sequence[list[str]]:
    """Answers to so many numbered messages that are sent in bursts, as their words."""
    async with session.ws_connect(url) as client:
        for number in range(count):
            await client.send_str(str(number))
            if random.random() < 0.1:
                await asyncio.sleep(random.random() / 100)
        return [(await client.receive_str(timeout=30)).split() for _ in range(count)]


async def test_events_of_a_connection_keep_their_order_over_processes(tmp_path: Path) -> None:
    """Twenty connections send at the same time, and four processes answer: of one connection, each
    call begins when the one before has ended, wherever that was."""
    async with serving(tmp_path / "app", 4) as (app, session):
        url = (await get(session, f"{app.url}/negotiate")).removeprefix("200 ")
        answers = await asyncio.gather(*(exchange(session, url, 40) for _ in range(20)))
        for each in answers:
            assert [words[1] for words in each] == [str(number) for number in range(40)]
            times = [int(time) for words in each for time in words[3:]]
            assert times == sorted(times)
        assert max(len({words[2] for words in each}) for each in answers) > 1
    imported = set(re.findall(r"imported by (\d+)", app.output))
    assert {words[2] for each in answers for words in each} == imported


async def test_a_process_that_dies_harms_its_own_calls_only(tmp_path: Path) -> None:
    """They are answered with 500 at once, its clients stay, and another one takes its place."""
    async with serving(tmp_path / "app", 2) as (app, session):
        url = (await get(session, f"{app.url}/negotiate")).removeprefix("200 ")
        async with session.ws_connect(url) as client:
            pending = asyncio.ensure_future(get(session, f"{app.url}/forever"))
            text = await asyncio.to_thread(app.wait_for, "it waits in")
            number = int(text.split()[-1])
            os.kill(number, signal.SIGKILL)
            assert (await asyncio.wait_for(pending, 10))[:3] == "500"
            await asyncio.to_thread(
                app.wait_for, f"Worker process {number} has died: signal SIGKILL"
            )
            await client.send_str("still here")
            assert (await client.receive_str(timeout=10)).startswith("VERSION still here")
            await asyncio.to_thread(app.wait_for, "imported by")
            pids = {await get(session, f"{app.url}/pid") for _ in range(30)}
            assert f"200 {number}" not in pids


async def test_a_thread_that_never_ends_costs_its_process(tmp_path: Path) -> None:
    """The call fails at its time limit; the process is replaced and ended."""
    folder = tmp_path / "app"
    write_app(folder, APP)
    limit = {"AzureFunctionsJobHost__functionTimeout": "00:00:01"}
    with StartedApp(folder, options=["--workers", "1"], env=limit) as app:
        await asyncio.to_thread(app.wait_until_ready)
        async with aiohttp.ClientSession() as session:
            before = await get(session, f"{app.url}/pid")
            assert (await get(session, f"{app.url}/stuck"))[:3] == "500"
            assert await get(session, f"{app.url}/pid") == before
            await asyncio.to_thread(app.wait_for, "its process is replaced")
            await asyncio.to_thread(app.wait_for, "imported by")
            after = await get(session, f"{app.url}/pid")
            assert after[:3] == "200"
        assert await asyncio.to_thread(app.interrupt) == 0


async def test_a_reload_starts_new_processes(tmp_path: Path) -> None:
    """Clients stay; the old processes end."""
    async with serving(tmp_path / "app", 2, APP.replace("VERSION", "one")) as (app, session):
        url = (await get(session, f"{app.url}/negotiate")).removeprefix("200 ")
        async with session.ws_connect(url) as client:
            await client.send_str("a")
            old = (await client.receive_str(timeout=10)).split()
            process = psutil.Process(int(old[2]))
            source = APP.replace("VERSION", "two")
            (tmp_path / "app" / "function_app.py").write_text(source, encoding="utf-8")
            await asyncio.to_thread(app.wait_until_ready)
            await client.send_str("b")
            new = (await client.receive_str(timeout=10)).split()
            assert (old[0], new[0]) == ("one", "two")
            _, left = await asyncio.to_thread(psutil.wait_procs, [process], 20)
            assert not left


@pytest.mark.parametrize(
    ("option", "setting", "count"),
    [
        *((None, None, 0), (None, "", 0), (None, "1", 0), (None, "0", 0), (None, "-1", 0)),
        *((None, "4", 4), (None, "10", 10), (2, "4", 2), (0, "4", 0), (1, None, 1), (64, "4", 64)),
    ],
)
def test_the_number_of_processes(option: int | None, setting: str | None, count: int) -> None:
    """The option is before the setting, of which 1 or less is this very process."""
    settings = AppSettings({} if setting is None else {"FUNCTIONS_WORKER_PROCESS_COUNT": setting})
    assert worker_count(option, settings) == count


@pytest.mark.parametrize("text", ["11", "many", "1.5"])
def test_a_number_of_processes_that_is_none(text: str) -> None:
    """The setting is named."""
    with pytest.raises(HostError, match="FUNCTIONS_WORKER_PROCESS_COUNT is '"):
        worker_count(None, AppSettings({"FUNCTIONS_WORKER_PROCESS_COUNT": text}))


def test_who_runs_the_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes need a system on which they can be talked to."""
    assert isinstance(new_worker(0)(), PythonWorker)
    assert isinstance(new_worker(2)(), WorkerPool)
    monkeypatch.setattr(os, "name", "nt")
    with pytest.raises(HostError, match="--workers needs a system"):
        new_worker(2)
