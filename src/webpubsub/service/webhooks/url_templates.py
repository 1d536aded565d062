"""Where the events of a hub go: URLs with ``{hub}`` and ``{event}`` in them.

Specification: upstream-events section 3.
"""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

_PARAMETER = re.compile(r"\{(hub|event)\}", re.IGNORECASE)


@lru_cache(maxsize=256)
def resolve(template: str, hub: str, event: str) -> str:
    """The URL for an event: both parameters, in any letter case and wherever they are, are replaced
    by percent-encoded names. Other braces stay as they are."""
    names = {"hub": quote(hub, safe=""), "event": quote(event, safe="")}
    return _PARAMETER.sub(lambda found: names[found[1].lower()], template)


def shown(url: str) -> str:
    """A URL for a log: without user, password, query and fragment, which may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
