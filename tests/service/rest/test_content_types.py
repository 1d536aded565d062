"""What Content-Type headers say. Specification: rest-api section 5.3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.messages import CONTENT_TYPES, DataType
from webpubsub.service.rest.content_types import _CODECS, parse_content_type

KNOWN = {
    "": (DataType.BINARY, "utf-8"),
    " ": (DataType.BINARY, "utf-8"),
    "application/octet-stream": (DataType.BINARY, "utf-8"),
    "application/octet-stream; charset=nonsense": (DataType.BINARY, "utf-8"),
    "application/x-protobuf": (DataType.PROTOBUF, "utf-8"),
    "Application/X-Protobuf; charset=nonsense": (DataType.PROTOBUF, "utf-8"),
    "text/plain": (DataType.TEXT, "utf-8"),
    "Text/PLAIN": (DataType.TEXT, "utf-8"),
    "text/plain;": (DataType.TEXT, "utf-8"),
    "text/plain ; charset=utf-8": (DataType.TEXT, "utf-8"),
    'text/plain; Charset="UTF-8"': (DataType.TEXT, "utf-8"),
    "text/plain; charset=iso-8859-1": (DataType.TEXT, "latin-1"),
    "application/json": (DataType.JSON, "utf-8"),
    "application/json;odata.metadata=none;charset=utf-16le": (DataType.JSON, "utf-16-le"),
    'application/json; a="x;charset=nonsense"': (DataType.JSON, "utf-8"),
    r'application/json; a="\";charset=nonsense"': (DataType.JSON, "utf-8"),
}


@pytest.mark.parametrize(("header", "content"), KNOWN.items())
def test_known_types(header: str, content: tuple[DataType, str]) -> None:
    """Letter case and other parameters do not count, and nothing means binary."""
    parsed = parse_content_type(header)
    assert (parsed.data_type, parsed.codec) == content


UNKNOWN = (
    "application/xml",
    "application/protobuf",
    "text/html",
    "text/*",
    "json",
    "text/plain, text/plain",
    "text/plain;charset",
    "text/plain; charset=",
    "text/plain; charset=nonsense",
    "text/plain; charset=rot13",
    "text/plain; charset=utf-7",
    "text/plain; charset=unicode_escape",
    "text/plain; charset=idna",
    "application/json; charset=zlib",
    'text/plain; charset="utf-8',
    "text/plain/",
    "/plain",
)


@pytest.mark.parametrize("header", UNKNOWN)
def test_unknown_types(header: str) -> None:
    """Other types, other charsets and what cannot be parsed are refused."""
    with pytest.raises(ValueError):
        parse_content_type(header)


@pytest.mark.parametrize("name", _CODECS)
def test_charsets(name: str) -> None:
    """Every charset that is listed can read ASCII, and by a codec of texts."""
    content = parse_content_type(f"text/plain; charset={name.upper()}")
    encoded = "a 1".encode(content.codec)
    assert encoded.decode(content.codec) == "a 1"


def _is_known(header: str) -> bool:
    try:
        return parse_content_type(header).data_type in DataType
    except ValueError:
        return False


@given(
    st.sampled_from(["text/plain", "application/json"]),
    st.lists(st.from_regex(r"[a-z]{1,5}=([a-z]{1,5}|\"[ -!#-\[\]-~]*\")", fullmatch=True)),
)
def test_other_parameters_do_not_count(media_type: str, parameters: list[str]) -> None:
    """Whatever the parameters are, they change nothing unless one is a charset."""
    others = [parameter for parameter in parameters if not parameter.startswith("charset")]
    assert parse_content_type("; ".join([media_type, *others])) == parse_content_type(media_type)


@given(st.text(alphabet='text/plain;charse="\\utf-8, ') | st.text())
def test_anything_is_parsed_or_refused(header: str) -> None:
    """A header of any kind has one of the two outcomes, and only four types are known."""
    known = ("", *CONTENT_TYPES.values())
    assert not _is_known(header) or header.partition(";")[0].strip().lower() in known


@pytest.mark.timeout(5)
@pytest.mark.parametrize("part", [";  ", "; a=b ", '; a="b" ', "a", " "])
def test_a_long_header_takes_linear_time(part: str) -> None:
    """A hostile header cannot keep the service busy."""
    with pytest.raises(ValueError):
        parse_content_type("text/plain" + part * 8000 + "(")
