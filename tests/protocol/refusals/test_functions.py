"""Why a request to a function app is not answered by a function."""

from webpubsub.protocol.refusals import RefusalKind, functions

KINDS = [value for value in vars(functions).values() if isinstance(value, RefusalKind)]


def test_every_kind_shows_as_a_status() -> None:
    """That is all a caller of a function sees."""
    assert all(kind.code.startswith("function.") for kind in KINDS)
    assert all(kind.http_status and kind.http_status >= 400 for kind in KINDS)


def test_whatever_is_wrong_with_a_key_shows_the_same() -> None:
    """Who guesses keys learns nothing; the log tells the difference."""
    assert {kind.http_status for kind in KINDS if ".key." in kind.code} == {401}
