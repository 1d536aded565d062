"""What becomes of memory that has been freed."""

import ctypes
import subprocess
import sys

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


def pages(first: str) -> int:
    code = _SECOND_TIME.format(first=first)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do as they like")
def test_freed_memory_is_used_again() -> None:
    """What a large message took is there for the next one."""
    assert pages("") > 256, "if this fails, nothing need be done any more"
    assert pages("keep_freed_memory()") < 32


def test_other_systems_do_as_they_like(monkeypatch: pytest.MonkeyPatch) -> None:
    """As does a C library that cannot be asked."""
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    keep_freed_memory()
