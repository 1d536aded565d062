"""What refusals look like on the wire. Specification: rest-api sections 1.1 and 5.2."""

import pytest

from webpubsub.protocol.refusals import RefusalKind, hub, rest, tokens
from webpubsub.service.rest.answers import SHAPES, refused
from webpubsub.service.rest.operation import Absence

KINDS = [
    kind
    for module in (rest, tokens)
    for kind in vars(module).values()
    if isinstance(kind, RefusalKind)
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_kind_has_a_shape(kind: RefusalKind) -> None:
    """No refusal of this edge looks like a fault of the service unless it is one."""
    assert kind.http_status in SHAPES
    assert refused(kind.refuse("x", "y")).status == kind.http_status


def test_codes_are_unique() -> None:
    """A code leads to one entry of the catalogue."""
    assert len({kind.code for kind in KINDS}) == len(KINDS)


ROWS = (
    (rest.TOP_INVALID, Absence(), '{"code":"Error.BadRequest","message":"m","target":"top"}', None),
    *(
        (kind, Absence(), '{"code":"Error.BadRequest","message":"m","target":"Request"}', None)
        for kind in (rest.HUB_INVALID, rest.TTL_INVALID, hub.FILTER_INVALID)
    ),
    (
        rest.LENGTH_INVALID,
        Absence(),
        '{"code":"Error.BadRequest","message":"m","target":"Request"}',
        None,
    ),
    (rest.CONTENT_TYPE_UNKNOWN, Absence(), '{"message":"m"}', None),
    (tokens.TOKEN_EXPIRED, Absence(), '{"message":"m"}', None),
    (
        rest.NOT_SUPPORTED,
        Absence(),
        '{"code":"NotImplemented","message":"m","target":"Request"}',
        None,
    ),
    (
        hub.CONNECTION_UNKNOWN,
        Absence("Info.X", "Connection"),
        '{"code":"Info.X","message":"m","target":"Connection"}',
        "Info.X",
    ),
    (hub.USER_UNKNOWN, Absence(None, "User"), '{"message":"m","target":"User"}', None),
    (
        hub.PERMISSIONS_FULL,
        Absence("Info.X", "Connection"),
        '{"code":"Error.Connection.Conflict","message":"m","target":"Connection"}',
        "Error.Connection.Conflict",
    ),
)


@pytest.mark.parametrize(("kind", "absence", "body", "header"), ROWS)
def test_error_bodies(kind: RefusalKind, absence: Absence, body: str, header: str | None) -> None:
    """The body is flat, members without a value are left out, and some codes are headers too."""
    response = refused(kind.refuse("s", "m"), absence)
    assert response.body == body.encode()
    assert response.content_type == "application/json"
    assert response.headers.get("x-ms-error-code") == header


@pytest.mark.parametrize(
    ("kind", "challenge"),
    [
        (rest.TOKEN_MISSING, "Bearer"),
        (tokens.TOKEN_AUDIENCE, 'Bearer error="invalid_token"'),
        (rest.PATH_UNKNOWN, None),
    ],
)
def test_challenges(kind: RefusalKind, challenge: str | None) -> None:
    """A 401 says which scheme would do, and only a bad token is called bad."""
    assert refused(kind.refuse("s")).headers.get("WWW-Authenticate") == challenge
