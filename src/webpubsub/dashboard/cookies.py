"""The cookie of a browser that was let in: until when, and a seal that only this user can make.

    EXPIRES "." SEAL      SEAL = HMAC-SHA256(secret, HOST newline EXPIRES), as base64url

The seal is good for one host and port, as browsers name them in ``Host``. With a secret that
outlives the process, a browser stays let in when the service is started again at the same address;
with another secret, all cookies are those of strangers.
"""

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable

LIFETIME = 30 * 24 * 3600
_LONGEST_NUMBER = 12
_PURPOSE = b"webpubsub dashboard cookie\n"


class Cookies:
    """Makes and knows them. ``clock`` gives seconds since the epoch."""

    def __init__(self, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock

    def make(self, host: str) -> str:
        """One that is good for ``LIFETIME`` seconds."""
        expires = str(int(self._clock()) + LIFETIME)
        return f"{expires}.{self._seal(host, expires)}"

    def is_good(self, host: str, cookie: str) -> bool:
        """Whether one was made here, for this host, and has not expired."""
        expires, _, seal = cookie.partition(".")
        if not (expires.isascii() and expires.isdigit() and len(expires) <= _LONGEST_NUMBER):
            return False
        expected = self._seal(host, expires)
        is_ours = hmac.compare_digest(seal.encode(errors="replace"), expected.encode())
        return is_ours and self._clock() < int(expires)

    def _seal(self, host: str, expires: str) -> str:
        said = f"{host.lower()}\n{expires}".encode(errors="replace")
        made = hmac.digest(self._secret, _PURPOSE + said, "sha256")
        return urlsafe_b64encode(made).decode().rstrip("=")
