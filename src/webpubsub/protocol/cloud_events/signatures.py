"""The signature by which a receiver of events knows the service. Specification: upstream-events
section 6."""

import hmac
from collections.abc import Sequence


def signature(connection_id: str, keys: Sequence[str]) -> str:
    """The value of ``ce-signature``: one ``sha256=<hex>`` per access key, primary first, joined
    with commas.

    It covers the connection id alone, so it is the same for every event of a connection. Keys are
    used as they are written, without decoding them. Specification: upstream-events section 6.
    """
    message = connection_id.encode()
    return ",".join(f"sha256={hmac.digest(key.encode(), message, 'sha256').hex()}" for key in keys)
