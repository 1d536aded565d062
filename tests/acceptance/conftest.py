"""Every app has an environment and a directory of state of its own."""

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an app's settings put into the environment is gone after the test."""
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
