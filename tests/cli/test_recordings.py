"""``--record`` of the commands that run a service."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.cli.apps import ECHO, client_of, is_echoed, write_app
from tests.cli.processes import Command, StartedApp, free_port, run
from webpubsub.recording.files import read_recording


async def test_an_app_is_recorded(tmp_path: Path) -> None:
    """Until it is told to stop, which is nothing that a client has done."""
    app = write_app(tmp_path / "app", ECHO)
    file = tmp_path / "session.jsonl"
    with StartedApp(app, options=["--record", str(file)]) as started:
        await asyncio.to_thread(started.wait_until_ready)
        async with client_of(started.url) as client:
            assert await is_echoed(client)
            ending = asyncio.create_task(asyncio.to_thread(started.interrupt))
            assert (await client.receive(timeout=10)).type is aiohttp.WSMsgType.CLOSE
            assert await ending == 0
    entries = read_recording(file)
    assert [one["kind"] for one in entries if "step" in one] == ["connect", "request"]
    assert f"note: {len(entries)} entries recorded in {file}" in started.output


@pytest.mark.parametrize("command", ["start", "service", "exec"])
def test_a_file_that_exists_is_one_line(command: str, tmp_path: Path) -> None:
    """Nothing is started."""
    app = write_app(tmp_path / "app", ECHO)
    file = tmp_path / "mine"
    file.touch()
    words: dict[str, list[str | Path]] = {
        "start": ["start", app, "--port", "0", "--service-port", "0"],
        "service": ["service", "--port", "0"],
        "exec": ["exec"],
    }
    behind = ["--", "true"] if command == "exec" else []
    done = run(*words[command], "--record", file, *behind)
    assert done.returncode == 1
    assert (
        done.stderr
        == f"error: {file} exists and is not overwritten: name another file, or remove it.\n"
    )


def test_a_service_is_recorded(tmp_path: Path) -> None:
    """Alone, too."""
    file = tmp_path / "session.jsonl"
    with Command("service", "--port", str(free_port()), "--record", file) as service:
        service.wait_for("Connection string:")
        assert service.interrupt() == 0
    assert read_recording(file) == []
