"""Bodies that a server has compressed though nobody asked it to.

Specification: upstream-events section 17.
"""

import zlib

from webpubsub.service.webhooks.http_connection import BodyTooLarge

#: Of a body as it is read, like that of one as it is sent.
_AUTOMATIC = 32 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_READ = ("gzip", "deflate")
_UNREAD = ("br", "zstd")


class WrongEncoding(Exception):
    """A body that is not what its header says, or cannot be read."""


def decoded(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its ``Content-Encoding``; what is no encoding of HTTP means nothing. Raises
    WrongEncoding, and BodyTooLarge when there are more than ``limit`` bytes in it."""
    encoding = encoding.strip().lower()
    if encoding in _UNREAD:
        raise WrongEncoding(f"the Content-Encoding {encoding}, which nobody has asked for")
    if encoding not in _READ or not body:
        return body
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
    return inflated
