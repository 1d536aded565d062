"""host.json and its extension bundle. Specification: functions-python section 10.1, bindings
section 2.9."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.host.azure.apps import (
    BUNDLE,
    CONTEXT,
    HOST_JSON,
    HTTP,
    OUTPUT,
    TIMER,
    TRIGGER,
    app,
    function,
    seen,
)
from webpubsub.host.azure.rules.host_json import RULES

BARE = {"version": "2.0"}


def bundle(**members: Any) -> Mapping[str, Any]:
    """A host.json with another bundle; a member that is None is not there."""
    changed = {name: value for name, value in (BUNDLE | members).items() if value is not None}
    return BARE | {"extensionBundle": changed}


CASES: list[tuple[str, Mapping[str, Any], str]] = [
    ("host-json.bundle.missing", BARE, "there is no 'extensionBundle'"),
    ("host-json.bundle.missing", HOST_JSON, ""),
    ("host-json.key.unknown", HOST_JSON | {"functionsTimeout": "1"}, "Did you mean 'functionTime"),
    ("host-json.key.unknown", HOST_JSON | {"FunctionTimeout": "00:05:00", "extensions": {}}, ""),
    ("host-json.bundle.id", bundle(id="Mine"), "extensionBundle.id is 'Mine'"),
    ("host-json.bundle.id", bundle(id=None), "extensionBundle.id is None"),
    ("host-json.bundle.id", bundle(id=f"{BUNDLE['id']}.preview"), ""),
    ("host-json.bundle.id", BARE, ""),
    ("host-json.bundle.range", bundle(version="four"), "extensionBundle.version is 'four'"),
    ("host-json.bundle.range", bundle(version=None), "extensionBundle.version is None"),
    ("host-json.bundle.range", HOST_JSON, ""),
    ("host-json.bundle.old", bundle(version="[3.3.*, 4.0.0)"), "is '[3.3.*, 4.0.0)'"),
    ("host-json.bundle.old", HOST_JSON, ""),
]


@pytest.mark.parametrize(("code", "document", "expected"), CASES)
def test_what_is_seen(
    code: str, document: Mapping[str, Any], expected: str, tmp_path: Path
) -> None:
    """Once, in host.json; nothing where nothing is expected."""
    found = seen(RULES, code, app(tmp_path, [function("f", TRIGGER)], host_json=document))
    assert len(found) == bool(expected)
    assert all(one.where == "host.json" and expected in one.what for one in found)


def test_an_app_without_the_file(tmp_path: Path) -> None:
    """That it has no bundle either need not be said."""
    looked_at = app(tmp_path, [function("f", TRIGGER)], host_json=BARE)
    (tmp_path / "host.json").unlink()
    assert len(seen(RULES, "host-json.missing", looked_at)) == 1
    assert not seen(RULES, "host-json.bundle.missing", looked_at)


def test_who_needs_a_bundle(tmp_path: Path) -> None:
    """HTTP and timers do not, nor does an old one harm them."""
    alone = app(tmp_path, [function("f", HTTP), function("g", TIMER)], host_json=BARE)
    assert not seen(RULES, "host-json.bundle.missing", alone)
    alone = app(tmp_path, [function("f", HTTP)], host_json=bundle(version="[2.*, 3.0.0)"))
    assert not seen(RULES, "host-json.bundle.old", alone)


def test_the_context_does_not_load_the_extension(tmp_path: Path) -> None:
    """Unless another binding of the app does."""
    alone = app(tmp_path, [function("f", HTTP, CONTEXT), function("g", HTTP)])
    (found,) = seen(RULES, "trap.binding.context-alone", alone)
    assert found.where == "function_app.py, function f"
    beside = app(tmp_path, [function("f", HTTP, CONTEXT), function("g", TIMER, OUTPUT)])
    assert not seen(RULES, "trap.binding.context-alone", beside)
