"""Events into a file: one line of JSON each. Specification: upstream-events section 16."""

import json
from pathlib import Path

import pytest

from tests.service.listeners.events import system_event, user_event
from webpubsub.service.listeners.file import JsonLinesFile
from webpubsub.service.listeners.target import ListenerError, Undelivered


async def test_a_line_for_each_event(tmp_path: Path) -> None:
    """Appended to what is there, in order."""
    path = tmp_path / "events.jsonl"
    path.write_text("{}\n")
    file = JsonLinesFile(str(path))
    await file.send([system_event("connected"), user_event("a")])
    await file.send([user_event("b", b"two\nlines")])
    await file.close()
    lines = [json.loads(line) for line in path.read_text().split("\n")[:-1]]
    assert [line.get("type") for line in lines] == [
        None,
        "azure.webpubsub.sys.connected",
        "azure.webpubsub.user.a",
        "azure.webpubsub.user.b",
    ]
    assert lines[3]["data"] == "two\nlines"


async def test_a_file_that_went_away_comes_back(tmp_path: Path) -> None:
    """Whoever tidies up while the service runs breaks nothing."""
    path = tmp_path / "events.jsonl"
    file = JsonLinesFile(str(path))
    await file.send([user_event("a")])
    path.unlink()
    await file.send([user_event("b")])
    assert json.loads(path.read_text())["eventname"] == "b"


async def test_the_check_tells_before_it_is_too_late(tmp_path: Path) -> None:
    """In one line that names the file; a good file is there afterwards."""
    await JsonLinesFile(str(tmp_path / "good")).check()
    assert (tmp_path / "good").read_bytes() == b""
    missing = tmp_path / "missing" / "events.jsonl"
    with pytest.raises(ListenerError) as caught:
        await JsonLinesFile(str(missing)).check()
    assert str(caught.value) == (
        f"the event listener cannot write the file '{missing}': no such file or directory. Create "
        "its folder, or choose another path."
    )


async def test_a_write_that_fails_loses_its_events(tmp_path: Path) -> None:
    """All of the batch, and the reason is known."""
    with pytest.raises(Undelivered, match="it cannot be written: is a directory") as caught:
        await JsonLinesFile(str(tmp_path)).send([user_event("a"), user_event("b")])
    assert caught.value.count == 2
