"""The promise of the README: everything runs on a laptop with no network."""

import os
import subprocess
from collections.abc import Sequence

import pytest

from tests.cli.processes import run_python
from tests.requirements import in_ci

OWN_NETWORK: Sequence[str] = (
    ("unshare", "--net")
    if hasattr(os, "geteuid") and os.geteuid() == 0
    else ("unshare", "--user", "--map-root-user", "--net")
)


def _may_unshare() -> bool:
    try:
        done = subprocess.run([*OWN_NETWORK, "true"], capture_output=True, timeout=10, check=False)
    except OSError:
        return False
    return done.returncode == 0


@pytest.mark.skipif(
    not in_ci() and not _may_unshare(), reason="needs the right to make network namespaces"
)
def test_the_chat_runs_without_a_network() -> None:
    """In a network namespace with no interface but loopback."""
    done = run_python("-m", "tests.examples.without_network", before=OWN_NETWORK)
    assert done.returncode == 0, done.stderr
    assert '{"from":"alice","text":"hello"}' in done.stdout.splitlines()
