"""Which checks a token has passed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.access_tokens import sign, verify
from webpubsub.protocol.refusals import Refused
from webpubsub.protocol.refusals.rest import INTERNAL_ERROR
from webpubsub.protocol.token_checks import passed_token_checks

NOW = 1_000_000.0
KEY = "a-key-that-is-long-enough-for-hs256"
GOOD: dict[str, Any] = {"aud": "http://a/b", "exp": NOW + 60}


@pytest.mark.parametrize(
    ("token", "passed", "last"),
    [
        ("nonsense", 0, None),
        (sign(GOOD, KEY[::-1]), 2, "HS256"),
        (sign({"aud": "x"}, KEY), 3, "one made with an access key of this service"),
        (sign({**GOOD, "exp": NOW - 999}, KEY), 4, "exp 999001.0"),
        (sign({**GOOD, "nbf": NOW + 999}, KEY), 5, "60 seconds ahead"),
        (sign({**GOOD, "aud": "http://c"}, KEY), 6, "none"),
    ],
)
def test_up_to_the_one_that_failed(token: str, passed: int, last: str | None) -> None:
    """In the order in which a token is looked at."""
    with pytest.raises(Refused) as refused:
        verify(token, keys=[KEY], is_audience=lambda one: one == "http://a/b", now=NOW)
    made = passed_token_checks(token, NOW, refused.value.refusal.kind)
    assert len(made) == passed
    assert all(one.passed for one in made)
    assert (made[-1].seen if made else None) == last
    assert token not in str(made)


def test_all_of_a_good_token() -> None:
    """Its audience is shown, too."""
    made = passed_token_checks(sign(GOOD, KEY), NOW, INTERNAL_ERROR)
    assert len({one.kind.code for one in made}) == len(made) == 7
    assert made[-1].seen == "http://a/b"


@given(st.text() | st.text(alphabet="abcAB19_-.=").map(lambda text: f"a.{text}.b"))
def test_any_text(token: str) -> None:
    """Somebody sends anything."""
    passed_token_checks(token, NOW, INTERNAL_ERROR)
