"""Names that somebody else can make to point here: DNS rebinding.

A page that somebody visits may come from a name whose address its owner changes to one of this
machine. The browser then takes what listens here for the page's own origin, so comparing origins
does not help. An address cannot be made to point elsewhere, nor can ``localhost``.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit


def cannot_be_rebound(authority: str) -> bool:
    """Whether ``host[:port]``, as in a Host header, is an address or ``localhost``."""
    try:
        name = (urlsplit(f"//{authority}").hostname or "").lower()
        return name == "localhost" or bool(ip_address(name))
    except ValueError:
        return False
