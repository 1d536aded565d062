"""What the Content-Type of a body says: the data type, and the charset if it is text.

Specification: rest-api section 5.3, RFC 9110 sections 5.6.6 and 8.3.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from webpubsub.protocol.messages import DATA_TYPES, DataType

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105 (the grammar's word for it)
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PARAMETER = re.compile(rf"({_TOKEN})=({_TOKEN}|{_QUOTED})")
# No two neighbours match the same character, so that parsing takes linear time.
_MEDIA_TYPE = re.compile(
    rf"\s*({_TOKEN}/{_TOKEN})\s*((?:;\s*(?:{_PARAMETER.pattern}\s*)?)*)",
)

#: The legacy charsets of the web, which Python calls by the same names.
_LEGACY = (
    *(f"windows-{number}" for number in range(1250, 1259)),
    *(f"iso-8859-{number}" for number in (*range(2, 9), 10, 13, 14, 15, 16)),
    *("koi8-r", "koi8-u", "ibm866", "macintosh"),
    *("gbk", "gb2312", "gb18030", "big5", "euc-kr", "euc-jp", "shift_jis", "iso-2022-jp"),
)

#: Python's own list would also take codecs that are not charsets, or that are not safe.
_CODECS: Mapping[str, str] = {
    **{name: name for name in _LEGACY},
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32",
    "utf-32le": "utf-32-le",
    "utf-32be": "utf-32-be",
}


class Content(msgspec.Struct, frozen=True):
    """How to read a body; ``codec`` is Python's name of the charset, UTF-8 unless stated."""

    data_type: DataType
    codec: str = "utf-8"


_BINARY = Content(DataType.BINARY)
_TEXTUAL = (DataType.TEXT, DataType.JSON)


@lru_cache(maxsize=64)
def parse_content_type(header: str) -> Content:
    """What a Content-Type header says; an empty one means binary. Raises ValueError when it cannot
    be parsed or names something that is not supported."""
    if not header.strip():
        return _BINARY
    match = _MEDIA_TYPE.fullmatch(header)
    if match is None:
        raise ValueError("a header that cannot be parsed")
    data_type = DATA_TYPES.get(match[1].lower())
    if data_type is None:
        raise ValueError("another media type")
    return Content(data_type, _codec(match[2])) if data_type in _TEXTUAL else Content(data_type)


def _codec(parameters: str) -> str:
    for name, value in _PARAMETER.findall(parameters):
        if name.lower() == "charset":
            codec = _CODECS.get(value.strip('"').lower())
            if codec is None:
                raise ValueError("another charset")
            return codec
    return "utf-8"
