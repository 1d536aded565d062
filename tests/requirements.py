"""What some tests need beyond Python: skipped on a laptop that lacks it, failing in CI.

A continuous integration run sets ``CI``. There nothing is skipped for want of a tool, so that a
green run means that everything was judged; the test then fails by itself where it starts the tool.
"""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def in_ci() -> bool:
    """Whether this is a continuous integration run."""
    return bool(os.environ.get("CI"))


def requires(tool: str, *, packages: Path | None = None) -> pytest.MarkDecorator:
    """A mark for tests that start ``tool``, an executable on the PATH.

    ``packages`` is a directory with a ``package.json`` whose packages must be installed.
    """
    missing = _missing(tool, packages)
    return pytest.mark.skipif(bool(missing) and not in_ci(), reason=missing or "nothing is missing")


def _missing(tool: str, packages: Path | None) -> str:
    if shutil.which(tool) is None:
        return f"{tool} is not installed"
    if packages is not None and not (packages / "node_modules").is_dir():
        where = packages.relative_to(ROOT)
        return f"the packages are not installed: npm install --prefix {where}"
    return ""
