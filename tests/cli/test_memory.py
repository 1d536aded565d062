"""What becomes of memory that has been freed."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from typing import NoReturn

import pytest

from webpubsub.cli.memory import keep_freed_memory

#: Does twice what large messages need, and tells how many pages the system made the second time.
_SECOND_TIME = """
import resource
from webpubsub.cli.memory import keep_freed_memory
{first}
for _ in range(2):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    messages = [b"x" * (1 << 20) for _ in range(4)]
    del messages
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages(first: str, **environment: str) -> int:
    code = _SECOND_TIME.format(first=first)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do as they like")
def test_freed_memory_is_used_again() -> None:
    """What a large message took is there for the next one."""
    assert pages("") > 256, "if this fails, nothing need be done any more"
    assert pages("keep_freed_memory()") < 32


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do as they like")
def test_who_has_told_the_library_is_heeded() -> None:
    """By the variables that mallopt(3) names."""
    assert pages("keep_freed_memory()", MALLOC_MMAP_THRESHOLD_="131072") > 256


def _raise(_name: None) -> NoReturn:
    raise OSError("dynamic loading is not supported")


@pytest.mark.parametrize("load", [lambda _: object(), _raise])
def test_other_libraries_do_as_they_like(
    monkeypatch: pytest.MonkeyPatch, load: Callable[[None], object]
) -> None:
    """One that is not asked like that, or not at all because Python is linked with it for good."""
    monkeypatch.setattr(ctypes, "CDLL", load)
    keep_freed_memory()


def test_a_python_that_can_ask_nobody_starts_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was built without libffi."""
    monkeypatch.setitem(sys.modules, "ctypes", None)
    keep_freed_memory()
