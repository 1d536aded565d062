"""The code of an example, imported as a user's own test would import it."""

import importlib.util
from pathlib import Path
from types import ModuleType

from tests.cli.processes import EXAMPLES


def load(path: str) -> ModuleType:
    """A fresh copy of a module under ``examples``, so that no test sees what another left there."""
    file: Path = EXAMPLES / path
    spec = importlib.util.spec_from_file_location(f"example_{file.parent.name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
