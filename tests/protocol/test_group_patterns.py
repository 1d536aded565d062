"""The wildcard patterns of roles.

Specification: client-protocols section 6.2, rest-api section 4.2.
"""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.group_patterns import PatternError, Wildcard, matches, parse_pattern


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("ab*", ["ab", "abcd", "ab\n"], ["ab.cd", "bcd", "a", ""]),
        ("a*c", ["a123c", "ac", "acc"], ["a123cd", "a1.3c"]),
        ("ab**", ["ab", "ab.cd.ef", "ab.\n"], ["a.b"]),
        ("**ab", ["cd.ef.ab", "ab"], ["cd.ef.abc"]),
        ("a?c", ["abc", "a?c", "a\nc"], ["a.c", "ac", "abbc"]),
        ("a.**.b", ["a..b", "a.x.y.b"], ["a.b"]),
        ("a*.**.*b", ["ab.cd.ef.ab", "a..b"], ["b.cd.ef.b", "a.b"]),
        (r"a\?*", ["a?bc", "a?"], ["abc"]),
        (r"a\*", ["a*"], ["a", "ab", r"a\*"]),
        (r"a\\b", ["a\\b"], ["ab", r"a\\b"]),
        ("Room*", ["Room1"], ["room1"]),
        (
            "clientA.rooms.?1",
            ["clientA.rooms.a1", "clientA.rooms.11"],
            ["clientA.rooms.1", "clientA.rooms.a.1"],
        ),
        ("*", ["", "abc"], ["a.b"]),
        ("**", ["", "a.b.c"], []),
        ("***", ["a.b"], []),
        ("room", ["room"], ["rooms", "roo", "Room"]),
        ("a.c", ["a.c"], ["abc"]),
        ("[a-z]+", ["[a-z]+"], ["abc"]),
        ("*a*a*", ["aa", "bacad"], ["a", "a.a"]),
        (" ?", [" x"], ["x"]),
        ("你*", ["你好"], ["好"]),
    ],
)
def test_the_whole_name_must_match(pattern: str, matching: list[str], others: list[str]) -> None:
    """A pattern covers the names its wildcards can be filled to, and no others."""
    assert [name for name in matching + others if matches(pattern, name)] == matching


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("", "it must have 1 to 1024 characters"),
        ("a" * 1025, "it must have 1 to 1024 characters"),
        ("😀" * 513, "it must have 1 to 1024 characters"),
        ("******", "it has more than 5 wildcards"),
        ("*a*a*a*a*a*", "it has more than 5 wildcards"),
        ("**a**a**", "it has more than 5 wildcards"),
        ("??????", "it has more than 5 wildcards"),
        ("?*?*?*", "it has more than 5 wildcards"),
        ("a\\", "a backslash must be followed by *, ? or another backslash"),
        (r"invalid-\a", "a backslash must be followed by *, ? or another backslash"),
        ("\\\n", "a backslash must be followed by *, ? or another backslash"),
    ],
)
def test_patterns_that_cannot_be_used(pattern: str, problem: str) -> None:
    """An invalid pattern says what is wrong, whether it is parsed or matched."""
    for use in (lambda: parse_pattern(pattern), lambda: matches(pattern, "room")):
        with pytest.raises(PatternError, match=re.escape(problem)):
            use()


@pytest.mark.parametrize("pattern", ["*****", "?????", "a" * 1024, "😀" * 512, r"\*" * 512])
def test_patterns_at_the_limits(pattern: str) -> None:
    """Five wildcards and 1024 characters are allowed, and escaped wildcards do not count."""
    assert parse_pattern(pattern)


def test_tokens() -> None:
    """Two stars and more are one token, and an escaped wildcard is a character."""
    assert parse_pattern(r"a*.?**\*") == (
        "a",
        Wildcard.RUN,
        ".",
        Wildcard.ONE,
        Wildcard.ANYTHING,
        "*",
    )


def regular_expression(pattern: str) -> str:
    """The same pattern for the standard library, translated in another way."""
    translated = re.sub(
        r"\\(?P<escaped>.)|(?P<all>\*\*+)|(?P<run>\*)|(?P<one>\?)|(?P<plain>.)",
        lambda match: {
            "escaped": re.escape(match["escaped"] or ""),
            "all": ".*",
            "run": "[^.]*",
            "one": "[^.]",
            "plain": re.escape(match["plain"] or ""),
        }[match.lastgroup or ""],
        pattern,
        flags=re.DOTALL,
    )
    return rf"(?s:{translated})\Z"


@given(
    st.lists(st.sampled_from(["a", "b", ".", "*", "**", "?", r"\*", r"\?", r"\\"]), min_size=1),
    st.text("ab.*?\\", max_size=12),
)
def test_matching_agrees_with_regular_expressions(parts: list[str], name: str) -> None:
    """A valid pattern matches exactly the names that its regular expression matches."""
    pattern = "".join(parts)
    try:
        parse_pattern(pattern)
    except PatternError:
        return
    assert matches(pattern, name) == bool(re.match(regular_expression(pattern), name))


@given(st.text(), st.text())
def test_any_text_is_a_pattern_or_is_refused_as_one(pattern: str, name: str) -> None:
    """Whatever a role says, it matches, does not, or is a PatternError."""
    problem: str | None = None
    try:
        parse_pattern(pattern)
    except PatternError as error:
        problem = str(error)
    if problem is None:
        assert matches(pattern, name) in (True, False)
    else:
        assert problem
        with pytest.raises(PatternError):
            matches(pattern, name)


def test_matching_takes_no_exponential_time() -> None:
    """The pattern that regular expressions drown in is matched in a moment."""
    started = time.process_time()
    assert not matches("**a**a*", "a" * 1023 + ".")
    assert not matches("*a*a*a*a*", "a" * 1023 + ".")
    assert time.process_time() - started < 1
