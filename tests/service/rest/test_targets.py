"""Paths and queries, decoded. Specification: rest-api section 1.2."""

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.rest.targets import MAX_PARAMETERS, decode_segment, parse_target

SEGMENTS = {
    "tenant%2Falice": "tenant%2Falice",
    "tenant%2falice": "tenant%2falice",
    "tenant%252Falice": "tenant%2Falice",
    "alice%20smith": "alice smith",
    "alice+bob": "alice+bob",
    "%E4%BD%A0": "你",
    "你": "你",
    "%3Asend": ":send",
    "100%": "100%",
    "%zz": "%zz",
    "%25%2F%25": "%%2F%",
    "": "",
}


@pytest.mark.parametrize(("raw", "decoded"), SEGMENTS.items())
def test_decode_segment(raw: str, decoded: str) -> None:
    """Every escape is decoded once, except the one of a slash."""
    assert decode_segment(raw) == decoded


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/")))
def test_any_name_without_a_slash_arrives(name: str) -> None:
    """A name that a client escapes in full is the name the service reads."""
    assert decode_segment(quote(name, safe="")) == name


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_name_is_never_split(name: str) -> None:
    """However a name is spelled, once escaped it stays one segment."""
    target = parse_target(f"/api/{quote(name, safe='')}/x")
    assert target.segments == ("api", name.replace("/", "%2F"), "x")


@pytest.mark.parametrize("raw", ["/a%FF", "/\udcff", "/a?b=%FF", "/a?b=\udcff"])
def test_bytes_that_are_not_utf8_are_refused(raw: str) -> None:
    """Two different byte strings never become one name."""
    with pytest.raises(ValueError, match="it is not percent-encoded UTF-8"):
        parse_target(raw)


def test_the_number_of_parameters_is_bounded() -> None:
    """As many parameters as allowed are read, one more is refused."""
    parse_target("/?" + "&".join(["a=1"] * MAX_PARAMETERS))
    with pytest.raises(ValueError, match="it has 1001 parameters, where 1000 are allowed"):
        parse_target("/?" + "&".join(["a=1"] * (MAX_PARAMETERS + 1)))


PATHS = {
    "/": (),
    "/api/health": ("api", "health"),
    "/api/health/": ("api", "health"),
    "/api//": ("api", ""),
    "http://localhost/api/health?a=b": ("api", "health"),
    "http://localhost": (),
}


@pytest.mark.parametrize(("raw", "segments"), PATHS.items())
def test_paths(raw: str, segments: tuple[str, ...]) -> None:
    """One trailing slash means nothing, and a request to a proxy is understood."""
    assert parse_target(raw).segments == segments


def test_the_query_is_form_data() -> None:
    """A plus is a space, names have no letter case, blank and repeated values are kept."""
    target = parse_target("/x?Excluded=a+b&excluded=c%2Bd&targetname=a%2Fb&empty=")
    assert target.values("excluded") == ["a b", "c+d"]
    assert target.values("targetName") == ["a/b"]
    assert target.values("empty") == [""]
    assert target.values("absent") == ()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_any_values_arrive_in_order(values: list[str]) -> None:
    """What a client encodes as form data is what the service reads."""
    query = urlencode([("excluded", value) for value in values])
    assert list(parse_target(f"/x?{query}").values("excluded")) == values


def test_both_paths_are_known() -> None:
    """The path as decoded and as on the wire, without the trailing slash and the query."""
    target = parse_target("/api/hubs/chat%5B1%5D/groups/room%2Fpart/?a=b")
    assert target.path == "/api/hubs/chat[1]/groups/room%2Fpart"
    assert target.raw_path == "/api/hubs/chat%5B1%5D/groups/room%2Fpart"
