"""Why clients are not let in."""

import pytest

from webpubsub.protocol.refusals import RefusalKind, handshake

KINDS = {name: kind for name, kind in vars(handshake).items() if isinstance(kind, RefusalKind)}
STATUSES = {
    "HEAD_TOO_LARGE": 431,
    "HEAD_INVALID": 400,
    "PATH_RESERVED": 404,
    "NOT_AN_UPGRADE": 400,
    "HUB_INVALID": 400,
    "TOKEN_MISSING": 401,
    "TOKEN_GROUP_INVALID": 400,
    "MODE_INVALID": 400,
    "SERVICE_FULL": 429,
    "GROUPS_TOO_MANY": 400,
    "CONNECT_REFUSED": None,  # that of the handler
    "CONNECT_FAILED": 500,
    "CONNECT_RESPONSE_INVALID": 500,
    "INTERNAL_ERROR": 500,
}


def test_the_table_is_complete() -> None:
    """A new refusal gets its line."""
    assert KINDS.keys() == STATUSES.keys()


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_statuses(name: str, status: int | None) -> None:
    """Each check of the handshake fails with the status of the reference, before the upgrade."""
    assert KINDS[name].http_status == status
    assert KINDS[name].close_code is None
    assert KINDS[name].code.startswith("handshake.")
