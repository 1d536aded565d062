"""What an operation of the data plane is. Specification: rest-api section 6."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from webpubsub.protocol.operations import GroupListing, HubOperation, HubQuery
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.checks import Check


class Absence(msgspec.Struct, frozen=True):
    """How a 404 of an operation says what does not exist. ``code`` None means without a code."""

    code: str | None = None
    target: str | None = None


#: A 404 that says nothing but its status.
UNNAMED = Absence()


class JsonBody(msgspec.Struct, frozen=True):
    """What an answer shows."""

    value: Any


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One row. ``make`` answers None when no hub is concerned, and what is shown when that is
    known without one.

    ``name`` is what the service's own API definition calls it, ``body`` reads what is below the
    headers, and ``anonymous`` operations need no token. ``others`` are the statuses that it alone
    may answer with, beside those that its other members imply.
    """

    name: str
    method: str
    path: str
    make: Callable[[Call], HubOperation | HubQuery | GroupListing | JsonBody | None]
    success: int
    checks: tuple[Check, ...] = ()
    body: Callable[[Call], Awaitable[None]] | None = None
    anonymous: bool = False
    others: tuple[int, ...] = ()
    absence: Absence = UNNAMED
