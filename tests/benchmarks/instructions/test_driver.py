"""Everything that is counted, done without being counted."""

import json
import subprocess
import sys

import pytest

from benchmarks.instructions.callgrind import ROOT
from benchmarks.instructions.driver import IMPORT, REFERENCE, UNCOUNTED
from benchmarks.instructions.paths import PATHS


@pytest.mark.timeout(120)
def test_every_path_leads_to_its_end() -> None:
    """Each is done so many times, and then twice as often. In a process of its own, because the
    import is a path, too."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.instructions.driver", UNCOUNTED, *PATHS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    parts = [part for part in json.loads(done.stdout) if part]
    repeated = [part.split() for part in parts[1:]]
    assert parts[0] == IMPORT
    assert [name for name, _ in repeated[::2]] == [REFERENCE, *PATHS]
    for (name, times), (again, twice) in zip(repeated[::2], repeated[1::2], strict=True):
        assert (again, int(twice)) == (name, 2 * int(times))
