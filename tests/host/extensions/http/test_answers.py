"""Answers of the host."""

import pytest

from webpubsub.host.extensions.http.answers import Answer, fits_in_header, text_answer


def test_an_answer_that_says_something() -> None:
    """In UTF-8, as its content type says; what is no text does no harm."""
    answer = text_answer(404, "é\udc00")
    assert (answer.status, answer.body, answer.is_last) == (404, "é?".encode(), False)
    assert answer.headers == [("Content-Type", "text/plain; charset=utf-8")]
    page = text_answer(200, "<p>", "text/html")
    assert page.headers == [("Content-Type", "text/html; charset=utf-8")]


def test_an_answer_that_says_nothing() -> None:
    """It has neither headers nor a body."""
    assert (Answer(204).headers, Answer(204).body) == ((), b"")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        ("a b", True),
        ("a\tb", True),
        ("é", True),
        ("\u2028", True),
        ("a\nb", False),
        ("a\r", False),
        ("\0", False),
        ("\x1b[1m", False),
        ("\x7f", False),
        ("é\t\n", False),
    ],
)
def test_what_can_be_sent_in_a_header(text: str, fits: bool) -> None:
    """Neither what would end it, nor any other control character but a tab."""
    assert fits_in_header(text) is fits
