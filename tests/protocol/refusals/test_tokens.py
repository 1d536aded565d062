"""Why access tokens are not accepted."""

from webpubsub.protocol.refusals import RefusalKind, tokens

KINDS = [value for value in vars(tokens).values() if isinstance(value, RefusalKind)]


def test_every_bad_token_is_a_401() -> None:
    """Clients and SDKs only look at the status, and all of them take 401 for a bad token."""
    assert {(kind.http_status, kind.close_code) for kind in KINDS} == {(401, None)}
    assert all(kind.code.startswith("token.") for kind in KINDS)


def test_settings_help_where_the_token_is_for_another_service() -> None:
    """A key and a public endpoint can be configured; lifetimes and algorithms cannot."""
    settings = {kind.code: kind.setting for kind in KINDS if kind.setting}
    assert settings == {"token.signature": "access_keys", "token.audience": "public_endpoint"}
