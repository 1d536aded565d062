"""Route templates. Specification: functions-python section 5.2."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.host.extensions.http.templates import RouteTemplate, fold, path_segments


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("api/ping", "/api/ping", {}),
        ("api/ping", "/API/Ping/", {}),
        ("api/ping", "/api/ping/more", None),
        ("api/ping", "/api", None),
        ("api/ping", "/api//ping", None),
        ("api/ping", "//api/ping", None),
        ("api/ping", "/api/ping//", None),
        ("", "/", {}),
        ("items/{id}", "/items/7", {"id": "7"}),
        ("items/{id}", "/items/a%20b%2Fc", {"id": "a b%2Fc"}),
        ("a%20b", "/a%20b", None),
        ("a%20b", "/a%2520b", {}),
        ("a b", "/a%20b", {}),
        ("%ROUTE%", "/%25route%25", {}),
        ("items/{id}", "/items/a%2fb", {"id": "a%2fb"}),
        ("items/{id}", "/items", None),
        ("items/{id}", "/items/", None),
        ("{id}/items", "//items", None),
        ("items/{id:int}", "/items/x", None),
        ("items/{id:int}", "/items/7", {"id": "7"}),
        ("items/{id:int?}", "/items", {}),
        ("items/{id:int?}", "/items/x", None),
        ("items/{id=5}", "/items", {"id": "5"}),
        ("items/{id=5}", "/items/6", {"id": "6"}),
        ("items/{id=}", "/items", {"id": ""}),
        ("items/", "/items", {}),
        ("{a=x:y=z}", "/", {"a": "x:y=z"}),
        ("items/{id:int=}", "/items", None),
        ("items/{id:int=5}/{page?}", "/items", {"id": "5"}),
        ("items/{id:min(2):max(4)}", "/items/5", None),
        ("items/{id:min(2):max(4)}", "/items/3", {"id": "3"}),
        ("files/{*rest}", "/files/a/b.txt", {"rest": "a/b.txt"}),
        ("files/{**rest}", "/files/a/b", {"rest": "a/b"}),
        ("files/{*rest}", "/files", {}),
        ("files/{*rest=index}", "/files", {"rest": "index"}),
        ("{*rest:regex(^a)}", "/b", None),
        ("{year:regex(^\\d{{4}}$)}", "/2024", {"year": "2024"}),
        ("{year:regex(^\\d{{4}}$)}", "/24", None),
        ("{path:regex(^a:b=c$)}", "/a:b=c", {"path": "a:b=c"}),
        ("{a:regex(x/y)}", "/x", None),
        ("{name}.{ext}", "/a.b.c", {"name": "a.b", "ext": "c"}),
        ("{name}.{ext?}", "/a.b", {"name": "a", "ext": "b"}),
        ("{name}.{ext?}", "/a", {"name": "a"}),
        (".{ext?}", "/.a", {"ext": "a"}),
        (".{ext?}", "/a", None),
        ("v{major}-{minor}", "/v1-2", {"major": "1", "minor": "2"}),
        ("v{major}-{minor}", "/v-2", None),
        ("v{major}-{minor}x", "/v1-2X", {"major": "1", "minor": "2"}),
        ("v{major}", "/w1", None),
        ("v{major}", "/xv1", None),
        ("{a}-b", "/-b", None),
        ("{name}.txt", "/a.txt.bak", None),
        ("{{x}}", "/{x}", {}),
        ("a{{/b", "/a{/b", {}),
    ],
)
def test_a_template_matches_as_in_aspnet(
    template: str, path: str, values: Mapping[str, str] | None
) -> None:
    """A path matches, or not, with exactly these route values."""
    assert RouteTemplate.parse(template).match(path_segments(path)) == values


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("/ping", "may not start with '/'"),
        ("~/ping", "may not start with '~'"),
        ("a//b", "empty segment"),
        ("{id", "no closing"),
        ("id}", "belongs to no parameter"),
        ("what?", "belongs to no parameter"),
        ("{}", "does not start with the name"),
        ("{ id }", "does not start with the name"),
        ("{***x}", "does not start with the name"),
        ("{id}/{ID}", "appears twice"),
        ("{a}{b}", "need a literal between"),
        ("{*a}/b", "whole last segment"),
        ("x{*a}", "whole last segment"),
        ("{a?}.x", "must end its segment"),
        ("a-{b?}", "only '.' may stand before"),
        ("{a=1?}", "optional already"),
        ("{*a?}", "optional already"),
        ("{a:integer}", "not known"),
    ],
)
def test_a_wrong_template_is_refused_with_its_reason(template: str, message: str) -> None:
    """The text of the error names the rule that the template breaks."""
    with pytest.raises(ValueError, match=message):
        RouteTemplate.parse(template)


_PIECES = st.sampled_from(
    ["/", "{", "}", "{{", "}}", "?", "*", ":", "=", "(", ")", "id", "int", ".", "{id}", "{a?}"]
)


@given(st.one_of(st.text(), st.lists(_PIECES).map("".join)), st.lists(st.text()))
def test_any_text_is_a_template_or_refused(text: str, path: list[str]) -> None:
    """Nothing but ValueError comes out of reading one, and matching never raises."""
    try:
        template = RouteTemplate.parse(text)
    except ValueError:
        return
    assert template.match(path) is None or isinstance(template.match(path), dict)


_SEGMENT = st.text(min_size=1)


@given(st.lists(_SEGMENT, min_size=1, max_size=5))
def test_parameters_take_their_segments_unchanged(path: list[str]) -> None:
    """A template of parameters alone matches every path of its length, value by value."""
    template = RouteTemplate.parse("/".join(f"{{p{n}}}" for n in range(len(path))))
    assert template.match(path) == {f"p{n}": value for n, value in enumerate(path)}


@given(st.text(alphabet="ab-", min_size=1))
def test_the_parts_of_a_mixed_segment_make_up_the_segment(text: str) -> None:
    """What a mixed segment matches is the literals and the values put together."""
    values = RouteTemplate.parse("{x}-{y}").match([text])
    assert values is None or f"{values['x']}-{values['y']}" == text


@given(st.text())
def test_folding_keeps_the_length_and_ignores_case(text: str) -> None:
    """Positions in folded text are positions in the text."""
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)
