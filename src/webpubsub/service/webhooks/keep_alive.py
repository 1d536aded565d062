"""How long a server keeps a connection that is idle, when it says so: ``Keep-Alive: timeout=5``.

Specification: upstream-events section 13.
"""

import re
from functools import lru_cache

#: Other parameters and what is none are of no interest.
_TIMEOUT = re.compile(
    r"(?:^|[,;])[ \t]*timeout[ \t]*=[ \t]*(\d{1,9})[ \t]*(?:[,;]|$)", re.ASCII | re.IGNORECASE
)


@lru_cache(maxsize=16)
def announced(header: str) -> int | None:
    """The time in seconds, None when it is not told. Servers say the same with each answer."""
    found = _TIMEOUT.search(header)
    return None if found is None else int(found[1])
