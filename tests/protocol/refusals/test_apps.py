"""The catalogue of what is refused when an app is imported."""

from webpubsub.protocol.refusals import RefusalKind, apps

KINDS = [value for value in vars(apps).values() if isinstance(value, RefusalKind)]


def test_codes_are_of_this_edge_and_unique() -> None:
    """A code finds one entry."""
    codes = [kind.code for kind in KINDS]
    assert len(codes) == len({*codes}) == 10
    assert all(code.startswith("app.") for code in codes)


def test_nothing_of_it_shows_on_the_wire() -> None:
    """An app that cannot be imported answers nobody."""
    for kind in KINDS:
        assert (kind.http_status, kind.close_code, kind.ack_error) == (None, None, None)
