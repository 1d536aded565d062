"""Services elsewhere that an app uses: whether they answer, take its key, and agree on the time.

Specification: rest-api sections 3 and 5.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import aiohttp

from webpubsub.cli.doctor.finding import Finding, error, ok, warning
from webpubsub.host.connections.connection_settings import Connection
from webpubsub.protocol.access_tokens import CLOCK_SKEW, sign

_SECONDS = 10
_MINUTE = 60
#: A question that changes nothing, and needs a valid key.
_QUESTION = "/api/hubs/doctor/users/doctor"
_VERSION = {"api-version": "2024-01-01"}


class _Answer(NamedTuple):
    status: int
    date: str | None


async def resources(connections: Iterable[Connection]) -> list[Finding]:
    """Each of them, all at the same time."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        found = await asyncio.gather(*(_resource(session, one) for one in connections))
    return [finding for several in found for finding in several]


async def _resource(session: aiohttp.ClientSession, connection: Connection) -> list[Finding]:
    code, endpoint = "resource", connection.endpoint
    try:
        answer = await _asked(session, connection)
    except (aiohttp.ClientError, OSError, TimeoutError) as problem:
        reason = str(problem) or "no answer in time"
        mend = f"See that {connection.name} names it, and that the network and its rules let you."
        return [error(code, f"{endpoint} cannot be reached: {reason}", mend)]
    return [_key(connection, answer), *clock(endpoint, answer.date, time.time())]


async def _asked(session: aiohttp.ClientSession, connection: Connection) -> _Answer:
    url = f"{connection.endpoint}{_QUESTION}"
    headers = {}
    if connection.access_key:
        now = int(time.time())
        claims = {"aud": url.lower(), "iat": now, "exp": now + _MINUTE}
        headers["Authorization"] = f"Bearer {sign(claims, connection.access_key)}"
    async with session.head(url, params=_VERSION, headers=headers) as answer:
        return _Answer(answer.status, answer.headers.get("Date"))


def _key(connection: Connection, answer: _Answer) -> Finding:
    code, endpoint = "resource", connection.endpoint
    if not connection.access_key:
        return ok(code, f"{endpoint} answers; {connection.name} has no key to try")
    if answer.status in (401, 403):
        what = f"{endpoint} answers {answer.status} to the key of {connection.name}"
        mend = "Copy the connection string anew: keys are replaced, and access by key can be off."
        return error(code, what, mend)
    if answer.status in (200, 404):
        return ok(code, f"{endpoint} answers, and takes the key of {connection.name}")
    return warning(
        code, f"{endpoint} answers {answer.status}", "Look at the state of the resource."
    )


def clock(endpoint: str, date: str | None, now: float) -> Iterator[Finding]:
    """How far this clock is from that of a service, by the ``Date`` of its answer."""
    try:
        theirs = parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return
    apart = now - theirs
    what = (
        f"this clock is {abs(apart):.0f} seconds {'ahead of' if apart > 0 else 'behind'} that of "
    )
    what += endpoint
    if abs(apart) >= CLOCK_SKEW:
        yield error("clock", f"{what}, so that tokens are refused", "Set the clock, by NTP.")
    elif abs(apart) >= _MINUTE:
        what += f"; from {CLOCK_SKEW} seconds on, tokens are refused"
        yield warning("clock", what, "Set the clock, by NTP.")
    else:
        yield ok("clock", f"it agrees with that of {endpoint}")
