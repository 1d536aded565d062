"""Which files make an app. Specification: functions-python sections 8.7, 10.1 and 22 (check 23)."""

from pathlib import Path

import pytest

from webpubsub.host.settings.app_files import AppFiles
from webpubsub.host.settings.host_config import HostConfig

CONFIG = HostConfig.from_document(
    {"version": "2.0", "watchFiles": ["Prompt.txt"], "watchDirectories": ["Data/Shared"]}
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("function_app.py", True),
        ("shared/deep/helper.py", True),
        ("host.json", True),
        ("hello/function.json", True),
        ("prompt.txt", True),
        ("texts/PROMPT.txt", True),
        ("data/shared/words/a.csv", True),
        ("data/a.csv", False),
        ("local.settings.json", False),
        ("package.json", False),
        ("README.md", False),
        ("__pycache__/helper.py", False),
        ("shared/__pycache__/helper.cpython-311.pyc", False),
        (".venv/lib/site.py", False),
        ("named/lib/site.py", False),
        ("node_modules/x/setup.py", False),
        (".git/hooks/check.py", False),
        (".webpubsub/state.py", False),
        (".python_packages/lib/a.py", False),
        ("moved", True),
        ("empty", False),
        ("gone", True),
        ("gone.log", False),
        ("pytest-cache-files-x1y2", False),
        ("../elsewhere/function_app.py", False),
    ],
)
def test_a_change_of_the_app_is_told_from_others(tmp_path: Path, path: str, expected: bool) -> None:
    """``named`` is an environment, ``moved`` a function folder, and ``gone`` may have been."""
    root = tmp_path / "app"
    for folder in ("named", "moved", "empty"):
        (root / folder).mkdir(parents=True)
    (root / "named" / "pyvenv.cfg").touch()
    (root / "moved" / "function.json").touch()
    assert (Path(f"{root}/{path}").resolve() in AppFiles(root, CONFIG)) is expected


def test_an_app_need_not_say_what_to_watch(tmp_path: Path) -> None:
    """Its own files are watched then."""
    files = AppFiles(tmp_path, HostConfig())
    assert tmp_path / "function_app.py" in files
    assert tmp_path / "prompt.txt" not in files
