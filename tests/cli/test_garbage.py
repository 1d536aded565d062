"""How often a command that serves looks for garbage."""

import gc
import weakref

import pytest

from webpubsub.cli.garbage import (
    collected_rarely,
    spare_what_is_loaded,
    visit_what_is_loaded,
)


class Ring:
    """Garbage that only a look finds."""

    def __init__(self) -> None:
        self.itself = self


@collected_rarely()
def command() -> None:
    """Loads something, and fails."""
    spare_what_is_loaded()
    raise LookupError(gc.get_threshold()[0])


def test_it_is_as_before_afterwards() -> None:
    """Also when the command ends with an error."""
    before = gc.get_threshold()
    with pytest.raises(LookupError, match="10000"):
        command()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_garbage_is_found_whatever_is_spared() -> None:
    """What comes to be later is looked at, and once an app is read again, all of it is."""
    with collected_rarely():
        old = weakref.ref(Ring())
        spare_what_is_loaded()
        new = weakref.ref(Ring())
        gc.collect()
        assert old() is not None
        assert new() is None
        visit_what_is_loaded()
        gc.collect()
        assert old() is None
