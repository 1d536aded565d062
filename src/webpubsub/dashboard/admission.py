"""Who may see the page: whoever has the link, in a browser on this very address.

The page shows everything and can close connections, so four things are asked of every request. Its
Host is an address or a name of this service: a name that somebody has made to point here (DNS
rebinding) is none. Its Origin, if it has one, is the page itself. The browser does not say that
another site makes it. And it knows the token of this start: from the link once, then from a cookie
that scripts cannot read and other sites cannot have sent. That cookie is good for other starts,
too, so that a page that is open finds back by itself. It is for the paths of the page alone,
because cookies do not know ports, and apps on other ports need not have it.
"""

import hmac
import secrets
from enum import Enum
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from webpubsub.dashboard.cookies import LIFETIME, Cookies
from webpubsub.protocol.rebinding import cannot_be_rebound

ROOT = "/dashboard/"
TOKEN = "token"  # noqa: S105
_TOKEN_BYTES = 24
_SECRET_BYTES = 32
_SITE = "Sec-Fetch-Site"


class Verdict(Enum):
    """What becomes of a request."""

    ADMITTED = "admitted"
    #: With the right token in its link, and to be given the cookie.
    WELCOME = "welcome"
    STRANGER = "neither the token of this start nor a good cookie"
    FOREIGN = "not from the page itself"


class Admission:
    """Decides. ``public_host`` is the name under which the service is reached behind a proxy;
    without ``cookies``, those of this start are good for it alone."""

    def __init__(
        self,
        public_host: str | None = None,
        token: str | None = None,
        cookies: Cookies | None = None,
    ) -> None:
        self.token = token or secrets.token_urlsafe(_TOKEN_BYTES)
        self._cookies = cookies or Cookies(secrets.token_bytes(_SECRET_BYTES))
        self._public_host = public_host.lower() if public_host else None

    def verdict(self, request: web.BaseRequest) -> Verdict:
        """What becomes of a request."""
        if not self._is_here(_host(request)) or not _is_own(request):
            return Verdict.FOREIGN
        is_entry = request.path == ROOT and request.method == hdrs.METH_GET
        if is_entry and self._is_token(request.query.get(TOKEN, "")):
            return Verdict.WELCOME
        site = request.headers.get(_SITE, "none")
        if site not in ("same-origin", "none") and not is_entry:
            return Verdict.FOREIGN
        cookie = _cookie(request, self.cookie_name(request))
        known = self._cookies.is_good(_host(request), cookie)
        return Verdict.ADMITTED if known else Verdict.STRANGER

    def cookie_name(self, request: web.BaseRequest) -> str:
        """Services on several ports of one machine have a cookie each."""
        port = _port(_host(request))
        return f"webpubsub-dashboard-{port}"

    def give_cookie(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Let the browser in from now on."""
        response.set_cookie(
            self.cookie_name(request),
            self._cookies.make(_host(request)),
            max_age=LIFETIME,
            path=ROOT,
            httponly=True,
            samesite="Strict",
        )

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(errors="replace"), self.token.encode())

    def _is_here(self, host: str) -> bool:
        """Under a name of its own, or one that nobody can make to point here."""
        return cannot_be_rebound(host) or _name(host) == self._public_host


def _is_own(request: web.BaseRequest) -> bool:
    """Browsers send an Origin with everything that may change something."""
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is None:
        return request.method in (hdrs.METH_GET, hdrs.METH_HEAD)
    host = _host(request).lower()
    return origin.lower() in (f"http://{host}", f"https://{host}")


def _host(request: web.BaseRequest) -> str:
    return request.headers.get(hdrs.HOST, "")


def _name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _port(host: str) -> int:
    try:
        return urlsplit(f"//{host}").port or 80
    except ValueError:
        return 0


def _cookie(request: web.BaseRequest, name: str) -> str:
    try:
        cookies = SimpleCookie(request.headers.get(hdrs.COOKIE, ""))
    except CookieError:
        return ""
    return cookies[name].value if name in cookies else ""
