"""Settings that are there while a test runs."""

import os

import pytest

from webpubsub.testing.environment import Environment


def test_everything_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changed it: what was set, changed or deleted."""
    monkeypatch.setenv("KEPT", "a")
    monkeypatch.setenv("CHANGED", "a")
    monkeypatch.setenv("DELETED", "a")
    before = dict(os.environ)
    environment = Environment()
    environment.change({"NEW": "b", "CHANGED": "b"})
    os.environ["BY_THE_APP"] = "c"
    del os.environ["DELETED"]
    assert os.environ["CHANGED"] == os.environ["NEW"] == "b"
    environment.restore()
    assert dict(os.environ) == before
    os.environ["LATER"] = "d"
    environment.restore()
    assert os.environ.pop("LATER") == "d"
