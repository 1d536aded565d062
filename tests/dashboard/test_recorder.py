"""What has happened lately."""

import asyncio
import tracemalloc

from tests.dashboard.world import TRACE, connect_event, sighting
from webpubsub.dashboard.recorder import Recorder, RecorderLimits
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.service import observation as seen
from webpubsub.service.observation import (
    Delivered,
    RequestHandled,
    SessionBegan,
    SessionEnded,
)


def _ended(number: int) -> SessionEnded:
    return SessionEnded("chat", f"c{number}", "")


def _recorded(count: int, limits: RecorderLimits | None = None) -> Recorder:
    recorder = Recorder(limits=limits)
    for number in range(1, count + 1):
        recorder(sighting(_ended(number)))
    return recorder


def test_items_are_kept_as_they_came() -> None:
    """With the trace and the span in which they were seen."""
    recorder = _recorded(3)
    assert [one.item for one in recorder.after(0, 10)] == [_ended(1), _ended(2), _ended(3)]
    first = recorder.after(0, 1)[0]
    assert (first.id, first.sighting, first.flow) == (1, sighting(_ended(1)), TRACE)
    assert first.span == "b" * 16


def test_the_oldest_make_room_by_number() -> None:
    """Ids go on."""
    recorder = _recorded(10, RecorderLimits(entries=4))
    assert [one.id for one in recorder.after(0, 100)] == [7, 8, 9, 10]
    assert (recorder.first_id, recorder.last_id) == (7, 10)


def test_the_oldest_make_room_by_size() -> None:
    """What is larger than everything there is room for is not kept either."""
    recorder = Recorder(limits=RecorderLimits(bytes=100_000))
    large = Delivered("chat", Delivery(Message(DataType.TEXT, b"x" * 60_000)), ("c",))
    for _ in range(5):
        recorder(sighting(large))
    assert [one.id for one in recorder.after(0, 100)] == [5]
    recorder(sighting(Delivered("chat", Delivery(Message(DataType.TEXT, b"x" * 200_000)), ())))
    assert recorder.after(0, 100) == []
    assert recorder.first_id == 7


def test_reading_goes_on_where_it_was() -> None:
    """In portions; and an entry is found by its id, as long as it is there."""
    recorder = _recorded(10, RecorderLimits(entries=6))
    assert [one.id for one in recorder.after(0, 2)] == [5, 6]
    assert [one.id for one in recorder.after(6, 2)] == [7, 8]
    assert recorder.after(10, 2) == []
    found = recorder.find(9)
    assert found is not None
    assert found.item == _ended(9)
    assert recorder.find(2) is None
    assert recorder.find(11) is None


def test_clearing_forgets_and_counts_on() -> None:
    """A page that reads on gets what is new, and nothing twice."""
    recorder = _recorded(3)
    recorder.clear()
    assert recorder.after(0, 10) == []
    recorder(sighting(_ended(4)))
    assert [one.id for one in recorder.after(3, 10)] == [4]


def test_nobody_who_does_not_look_pays_for_it() -> None:
    """Whatever connects, the record takes less than a mebibyte of real memory."""
    recorder = Recorder()
    tracemalloc.start()
    try:
        for number in range(2_000):
            names = (f"h{at}-{number}" for at in range(12))
            event = connect_event({name: [name] for name in names})
            for item in (seen.HandshakeBegan(f"/{number}"), seen.EventRaised(event)):
                recorder(sighting(item, trace=f"{number:032x}", span=f"{number:016x}"))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 200 < len(recorder.after(0, 10_000)) < 1_500
    assert 400_000 < taken < 1_048_576


def test_much_more_is_kept_for_who_looks() -> None:
    """And stays, so that a page that is opened again shows it, too."""
    recorder = _recorded(3_000)
    assert len(recorder.after(0, 10_000)) == 1_500
    recorder.widen()
    for number in range(11_000):
        recorder(sighting(_ended(number)))
    assert len(recorder.after(0, 20_000)) == 10_000


def test_it_is_bounded_although_nobody_reads() -> None:
    """By more than a few at most."""
    recorder = _recorded(1000, RecorderLimits(entries=100))
    assert 100 <= len(recorder._kept) < 120


def test_whose_connections_they_are() -> None:
    """Is remembered longer than the items."""
    recorder = _recorded(0, RecorderLimits(entries=1))
    recorder(sighting(SessionBegan("chat", "c1", "alice", None)))
    recorder(sighting(_ended(1)))
    assert [one.item for one in recorder.after(0, 10)] == [_ended(1)]
    assert recorder.users.user_of("c1") == "alice"


async def test_waiting_for_what_is_new() -> None:
    """Until something comes, or no longer than asked."""
    recorder = _recorded(1)
    await asyncio.wait_for(recorder.wait(0, 60), 1)
    await recorder.wait(1, 0.01)
    waiting = asyncio.create_task(recorder.wait(1, 60))
    await asyncio.sleep(0)
    recorder(sighting(_ended(2)))
    await asyncio.wait_for(waiting, 1)
    assert not recorder._waiting


def test_what_is_seen_outside_of_every_trace() -> None:
    """Has no flow, and is kept all the same."""
    recorder = Recorder()
    recorder(sighting(_ended(1)).__class__(_ended(1), None, 1.0, 1.0))
    assert recorder.after(0, 1)[0].flow == ""


def test_what_says_nothing_new_is_not_kept() -> None:
    """The end of a request that has a line already."""
    recorder = Recorder()
    recorder(sighting(RequestHandled("chat", "c")))
    assert recorder.after(0, 1) == []
