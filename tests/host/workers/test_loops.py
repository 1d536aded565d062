"""Which event loop functions run on. Specification: functions-python section 8.1."""

import os
import sys

import pytest
import uvloop

from webpubsub.host.workers.loops import fastest_loop


def test_uvloop_is_taken_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """And that of Python where it is not."""
    assert fastest_loop() is uvloop.new_event_loop
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert fastest_loop() is None


@pytest.mark.parametrize(("before", "after"), [(None, "0"), ("1", "1")])
def test_uvloop_makes_system_calls(
    monkeypatch: pytest.MonkeyPatch, before: str | None, after: str
) -> None:
    """And uses no ring, unless somebody has said so."""
    monkeypatch.setenv("UV_USE_IO_URING", "")
    if before is None:
        monkeypatch.delenv("UV_USE_IO_URING")
    else:
        monkeypatch.setenv("UV_USE_IO_URING", before)
    fastest_loop()
    assert os.environ["UV_USE_IO_URING"] == after
