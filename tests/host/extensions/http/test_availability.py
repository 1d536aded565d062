"""Whether the app answers at all. Specification: functions-python section 5.2."""

import asyncio
from pathlib import Path

from tests.host.extensions.http.talking import asked
from webpubsub.host.extensions.http.availability import Availability

REQUEST = asked("/api/f")


async def test_an_app_is_offline_while_its_page_is_there(tmp_path: Path) -> None:
    """Every request sees the page, as it is at that moment."""
    availability, page = Availability(tmp_path), tmp_path / "app_offline.htm"
    assert availability.answer(REQUEST) is None
    await asyncio.sleep(0)
    for content in (b"<p>closed</p>", b""):
        page.write_bytes(content)
        answer = availability.answer(REQUEST)
        assert answer is not None
        assert (answer.status, answer.body) == (503, content)
    page.write_bytes(b"x" * (1024 * 1024 + 1))
    answer = availability.answer(REQUEST)
    assert answer is not None
    assert answer.body == b"x" * 1024 * 1024
    page.unlink()
    assert availability.answer(REQUEST) is None


async def test_one_look_is_for_all_requests_of_a_turn(tmp_path: Path) -> None:
    """Those of the next one see what has changed."""
    availability = Availability(tmp_path)
    assert availability.answer(REQUEST) is None
    (tmp_path / "app_offline.htm").touch()
    assert availability.answer(REQUEST) is None
    await asyncio.sleep(0)
    assert availability.answer(REQUEST) is not None


def test_a_page_that_cannot_be_read_is_a_page(tmp_path: Path) -> None:
    """Somebody wants the app to be offline."""
    (tmp_path / "app_offline.htm").mkdir()
    answer = Availability(tmp_path).answer(REQUEST)
    assert answer is not None
    assert (answer.status, answer.body) == (503, b"")


def test_an_app_without_a_folder_is_never_offline() -> None:
    """There is nowhere to look."""
    assert Availability(None).answer(REQUEST) is None
