"""What all tests share."""

import sys
from importlib.util import find_spec

from tests.requirements import in_ci


def _has_official_engine() -> bool:
    """The engine of Azure Functions needs Python 3.13, and has a run of its own in CI, where it
    must not be missing."""
    if sys.version_info < (3, 13):
        return False
    return in_ci() or find_spec("azure_functions_runtime") is not None


collect_ignore_glob = [] if _has_official_engine() else ["*/test_official_engine.py"]
