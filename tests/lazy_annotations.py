"""Source text whose annotations are made when somebody asks for them.

From Python 3.14 on all are. Before it, the nearest to that are annotations that stay text.
"""

import sys
from typing import Any

#: The first line of such a source.
LAZY = "" if sys.version_info >= (3, 14) else "from __future__ import annotations\n"


def defined(source: str, name: str) -> Any:
    """What a source defines under a name."""
    namespace: dict[str, Any] = {"__name__": __name__}
    exec(LAZY + source, namespace)
    return namespace[name]
