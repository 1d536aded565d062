"""requirements.txt and the version of Python. Specification: functions-python sections 0.1 and
12."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.host.azure.apps import app, seen
from webpubsub.host.azure.rules.packages import RULES

FILE = "requirements.txt"
SCRIPT = "function_app.py"
IMPORTS = {SCRIPT: "import os\nimport webpubsub.testing as wps\n"}
FROM = {"shared/more.py": "from webpubsub import WebPubSubApp\n"}
LINE = "requirements.azure-functions.line"
#: Code, version of Python, files, and what is seen.
CASES: list[tuple[str, tuple[int, int], Mapping[str, str], str]] = [
    ("requirements.missing", (3, 13), {}, "there is no such file"),
    ("requirements.missing", (3, 13), {FILE: ""}, ""),
    ("requirements.missing", (3, 13), {"pyproject.toml": ""}, ""),
    ("requirements.azure-functions", (3, 13), {FILE: "requests"}, "neither azure-functions nor"),
    ("requirements.azure-functions", (3, 13), {FILE: "Azure_Functions>=1"}, ""),
    ("requirements.azure-functions", (3, 13), {FILE: "webpubsub  # ours"}, ""),
    ("requirements.webpubsub", (3, 13), {FILE: "azure-functions", **IMPORTS}, SCRIPT),
    ("requirements.webpubsub", (3, 13), {FILE: "azure-functions", **FROM}, "shared/more.py"),
    ("requirements.webpubsub", (3, 13), {FILE: "-r b.txt", "b.txt": "webpubsub", **IMPORTS}, ""),
    ("requirements.webpubsub", (3, 13), {FILE: "x", SCRIPT: "from . import webpubsub"}, ""),
    ("requirements.webpubsub", (3, 13), {FILE: "x", SCRIPT: "import ("}, ""),
    ("requirements.webpubsub", (3, 13), {FILE: "x", ".venv/a.py": "import webpubsub"}, ""),
    ("requirements.local-extra", (3, 13), {FILE: "webpubsub[local]==1.0"}, "webpubsub[local]"),
    ("requirements.local-extra", (3, 13), {FILE: "webpubsub[identity]"}, ""),
    (LINE, (3, 13), {FILE: "azure-functions==1.21.3"}, "with Python 3.13, whose line is 2.x"),
    (LINE, (3, 12), {FILE: "azure-functions==1.21.3"}, ""),
    (LINE, (3, 12), {FILE: "azure-functions>=2"}, "whose line is 1.x"),
    (LINE, (3, 14), {FILE: "azure-functions>=1.20"}, ""),
    (LINE, (3, 13), {FILE: "azure-functions==2.4.0b1"}, ""),
    (LINE, (3, 13), {FILE: "azure-functions~=1.20"}, "whose line is 2.x"),
    (LINE, (3, 11), {FILE: "azure-functions==1.*"}, ""),
    (LINE, (3, 13), {FILE: "azure-functions<2; python_version < '3.13'"}, ""),
    ("python.version", (3, 15), {}, "this is Python 3.15"),
    ("python.version", (3, 9), {}, "this is Python 3.9"),
    ("python.version", (3, 11), {}, ""),
]


@pytest.mark.parametrize(("code", "python", "files", "expected"), CASES)
def test_what_is_seen(
    code: str,
    python: tuple[int, int],
    files: Mapping[str, str],
    expected: str,
    tmp_path: Path,
) -> None:
    """Once; nothing where nothing is expected."""
    found = seen(RULES, code, app(tmp_path, files=files, python=python))
    assert len(found) == bool(expected)
    assert all(expected in one.what for one in found)
