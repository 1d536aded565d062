"""Where the next page of a list begins, as a text that only the service can make.

A token is the last id of a page behind a message authentication code over the hub, the group and
that id, in base64url without padding: nothing in it has to be escaped in a URL. Specification:
rest-api section 6.6.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

import msgspec

MAX_TOKEN_LENGTH = 2048

_CODE_BYTES = 16
_PURPOSE = "continuation"


def make_continuation_token(hub: str, group: str, last_id: str, key: str) -> str:
    """The token for the page after ``last_id`` in a group; ``key`` is an access key."""
    data = _code(hub, group, last_id, key) + last_id.encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def read_continuation_token(token: str, hub: str, group: str, keys: Sequence[str]) -> str | None:
    """The id after which the page begins; None when the token was not made with one of the keys for
    this hub (in any letter case) and group."""
    if len(token) > MAX_TOKEN_LENGTH:
        return None
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        last_id = data[_CODE_BYTES:].decode()
    except (ValueError, binascii.Error):
        return None
    codes = [_code(hub, group, last_id, key) for key in keys]
    is_ours = any(hmac.compare_digest(code, data[:_CODE_BYTES]) for code in codes)
    # The unused bits of the last letter must not make one token out of several.
    is_same = base64.urlsafe_b64encode(data).decode().rstrip("=") == token
    return last_id if is_ours and is_same else None


def _code(hub: str, group: str, last_id: str, key: str) -> bytes:
    said = msgspec.json.encode((_PURPOSE, hub.lower(), group, last_id))
    return hmac.digest(key.encode(), said, hashlib.sha256)[:_CODE_BYTES]
