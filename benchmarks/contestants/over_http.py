"""What contestants have that are spoken to over HTTP."""

from collections.abc import Callable, Mapping

from benchmarks.contestants.contestant import Contestant


class Negotiator(Contestant, frozen=True, kw_only=True):
    """One that tells clients where to connect: kind of function -> path, which a user is added
    to."""

    paths: Mapping[str, str]


class TokenContestant(Contestant, frozen=True, kw_only=True):
    """One whose clients have access tokens.

    ``client`` is the path where they connect. ``send`` is told the name of a user, and gives the
    path where servers send to it. Tokens are made for these paths.
    """

    client: str
    send: Callable[[str], str]


class EventHandler(Contestant, frozen=True, kw_only=True):
    """An application that the service sends its events to, at this path."""

    path: str
