"""The way to one client, which can be made worse."""

from hypothesis import given
from hypothesis import strategies as st

from tests.service.fakes import ManualLoop, Wire
from webpubsub.service.faults.line import Line


def test_without_a_fault_everything_goes_on() -> None:
    """At once, as it is."""
    wire = Wire()
    line = Line(wire, ManualLoop().asyncio)
    line.write(b"a")
    assert wire.writes == [b"a"]
    assert not line.is_closing()
    wire.closing = True
    assert line.is_closing()


def test_a_delay_keeps_the_order() -> None:
    """And ends for what is written after it."""
    wire, loop = Wire(), ManualLoop()
    line = Line(wire, loop.asyncio)
    line.delay = 2.0
    line.write(b"a")
    loop.advance(1)
    line.write(b"b")
    loop.advance(1)
    assert wire.writes == [b"a"]
    loop.advance(1)
    assert wire.writes == [b"a", b"b"]


def test_frozen_it_keeps_everything() -> None:
    """What was under way too, until it thaws."""
    wire, loop = Wire(), ManualLoop()
    line = Line(wire, loop.asyncio)
    line.delay = 1.0
    line.write(b"under way")
    line.freeze()
    loop.advance(5)
    line.write(b" and after")
    assert wire.writes == []
    line.thaw()
    assert wire.writes == [b"under way and after"]


@given(st.lists(st.sampled_from(["write", "freeze", "thaw", "slow", "slower", "fast", "later"])))
def test_nothing_is_lost_or_overtakes(steps: list[str]) -> None:
    """However often a delay changes or the line is frozen in between."""
    wire, loop = Wire(), ManualLoop()
    line = Line(wire, loop.asyncio)
    delays = {"slow": 2.0, "slower": 5.0, "fast": 0.0}
    written = []
    for number, step in enumerate(steps):
        if step == "write":
            written.append(b"%d;" % number)
            line.write(written[-1])
        elif step in delays:
            line.delay = delays[step]
        elif step == "later":
            loop.advance(1)
        else:
            getattr(line, step)()
    line.thaw()
    loop.advance(10)
    assert b"".join(wire.writes) == b"".join(written)


def test_doubled_is_what_is_written_next() -> None:
    """As often as was asked for."""
    wire = Wire()
    line = Line(wire, ManualLoop().asyncio)
    line.duplicates = 2
    for data in (b"a", b"b", b"c"):
        line.write(data)
    assert wire.writes == [b"aa", b"bb", b"c"]


def test_who_is_gone_is_written_to_no_more() -> None:
    """However late what was delayed comes."""
    wire, loop = Wire(), ManualLoop()
    line = Line(wire, loop.asyncio)
    line.delay = 1.0
    line.write(b"a")
    wire.closing = True
    loop.advance(1)
    assert wire.writes == []
