"""Bodies that a server has compressed though nobody asked it to.

Specification: upstream-events section 17.
"""

import zlib

from webpubsub.service.webhooks.http_connection import BodyTooLarge

#: Of a body as it is read, like that of one as it is sent.
_AUTOMATIC = 32 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_READ = ("gzip", "x-gzip", "deflate")
_UNREAD = ("br", "zstd", "compress", "x-compress")


class WrongEncoding(Exception):
    """A body that is not what its header says, or cannot be read."""


def decoded(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its ``Content-Encoding``; what is no encoding of HTTP means nothing. Raises
    WrongEncoding, and BodyTooLarge when there are more than ``limit`` bytes in it."""
    named = [one.strip().lower() for one in encoding.split(",")]
    applied = [one for one in named if one in _READ or one in _UNREAD]
    if len(applied) > 1 or any(one in _UNREAD for one in applied):
        encoding = ", ".join(applied)
        raise WrongEncoding(f"the Content-Encoding {encoding}, which nobody has asked for")
    return _inflated(body, applied[0], limit) if applied and body else body


def _inflated(body: bytes, encoding: str, limit: int) -> bytes:
    # Of deflate there are two ways, with and without a frame, and servers use both.
    is_raw = encoding == "deflate" and body[0] & 0xF != zlib.DEFLATED
    inflating = zlib.decompressobj(_RAW if is_raw else _AUTOMATIC)
    try:
        inflated = inflating.decompress(body, limit + 1)
    except zlib.error:
        raise WrongEncoding(f"a body that is no {encoding}") from None
    if len(inflated) > limit:
        raise BodyTooLarge(f"more than {limit} bytes")
    if not inflating.eof:
        raise WrongEncoding(f"a {encoding} without an end")
    if inflating.unused_data:
        raise WrongEncoding(f"a {encoding} with something behind its end")
    return inflated
