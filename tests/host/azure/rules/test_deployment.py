"""What is published. Specification: functions-python sections 10.3 and 10.4."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.host.azure.apps import TRIGGER, app, function, seen
from webpubsub.host.azure.rules.deployment import RULES

LOCAL = {"local.settings.json": "{}"}


@pytest.mark.parametrize(
    ("files", "published"),
    [
        (LOCAL, True),
        (LOCAL | {".funcignore": "*.md\n"}, True),
        (LOCAL | {".funcignore": "*.md\nlocal.settings.json\n"}, False),
        (LOCAL | {".funcignore": "*.settings.json"}, False),
        (LOCAL | {".funcignore": "*.json\n!local.settings.json"}, True),
        ({}, False),
    ],
)
def test_local_settings(files: Mapping[str, str], published: bool, tmp_path: Path) -> None:
    """They are of this machine."""
    assert len(seen(RULES, "publish.local-settings", app(tmp_path, files=files))) == published


@pytest.mark.parametrize(
    ("ignored", "missing"),
    [
        ("*.json", ["host.json", "f/function.json"]),
        ("f/", ["f/function.json", "f/__init__.py"]),
        ("*\n!host.json\n!requirements.txt", ["f/function.json", "f/__init__.py"]),
        ("tests\n*.md", []),
    ],
)
def test_files_that_are_needed(ignored: str, missing: list[str], tmp_path: Path) -> None:
    """Those of functions, and those beside them."""
    files = {
        ".funcignore": ignored,
        "requirements.txt": "",
        "f/function.json": "{}",
        "f/__init__.py": "",
    }
    functions = [function("f", TRIGGER, script=str(tmp_path / "f" / "__init__.py"))]
    looked_at = app(tmp_path, functions, files=files)
    (tmp_path / "function_app.py").unlink()
    found = [one.what for one in seen(RULES, "publish.left-out", looked_at)]
    assert found == [f"it leaves out {name}" for name in missing]
