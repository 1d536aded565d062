"""Bodies that a server has compressed. Specification: upstream-events section 17."""

import gzip
import zlib

import pytest

from webpubsub.service.webhooks.encodings import WrongEncoding, decoded
from webpubsub.service.webhooks.http_connection import BodyTooLarge

TEXT = b"hello " * 100
LIMIT = len(TEXT)


def _raw_deflate(data: bytes) -> bytes:
    deflating = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflating.compress(data) + deflating.flush()


def _name(value: bytes | str) -> str:
    """What zlib makes of a text is not always the same."""
    return value.strip() if isinstance(value, str) else "body"


@pytest.mark.parametrize(
    ("body", "encoding"),
    ids=_name,
    argvalues=[
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), " GZip "),
        (gzip.compress(TEXT, mtime=0), "x-gzip"),
        (gzip.compress(TEXT, mtime=0), "identity,gzip,"),
        (zlib.compress(TEXT), "deflate"),
        (_raw_deflate(TEXT), "deflate"),
        (TEXT, "identity"),
        (TEXT, "utf-8"),
        (TEXT, ""),
    ],
)
def test_what_can_be_read(body: bytes, encoding: str) -> None:
    """Both kinds of deflate, and what is no encoding but is sent as one."""
    assert decoded(body, encoding, LIMIT) == TEXT


def test_nothing_needs_no_decoding() -> None:
    """An empty body is one in every encoding."""
    assert decoded(b"", "gzip", LIMIT) == b""


@pytest.mark.parametrize(
    ("body", "encoding"),
    ids=_name,
    argvalues=[
        (TEXT, "gzip"),
        (TEXT, "deflate"),
        (gzip.compress(TEXT, mtime=0)[:-1], "gzip"),
        (_raw_deflate(TEXT)[:-1], "deflate"),
        (TEXT, "br"),
        (TEXT, "zstd"),
        (gzip.compress(TEXT, mtime=0) * 2, "gzip"),
        (zlib.compress(TEXT) + b"x", "deflate"),
        (gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0), "gzip, gzip"),
        (TEXT, "gzip, br"),
    ],
)
def test_what_cannot_be_read(body: bytes, encoding: str) -> None:
    """Says which encoding it was to be."""
    with pytest.raises(WrongEncoding, match=encoding):
        decoded(body, encoding, LIMIT)


def test_what_is_too_large() -> None:
    """Is not unpacked."""
    with pytest.raises(BodyTooLarge, match="more than 599 bytes"):
        decoded(gzip.compress(TEXT, mtime=0), "gzip", LIMIT - 1)
    with pytest.raises(BodyTooLarge):
        decoded(gzip.compress(bytes(50_000_000)), "gzip", LIMIT)
