"""What a service that runs has refused lately: asked of its dashboard, told as on the page."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urlsplit

import msgspec
import typer

from webpubsub.cli.console import fail
from webpubsub.cli.entries import entry, field
from webpubsub.protocol.refusals.kinds import one_line

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from webpubsub.dashboard.refusals import ShownCheck, ShownRefusal

_SECONDS: Final = 10.0
_MARKS: Final = {"passed": "✓", "failed": "✕", "not reached": "·"}


class RefusedLine(msgspec.Struct, frozen=True):
    """Whose request it was, and when, in seconds since the epoch."""

    at: float
    title: str
    hub: str = ""
    user: str = ""


Recent: TypeAlias = "tuple[RefusedLine, ShownRefusal]"


def show_recent_refusals(link: str, code: str) -> None:
    """Print the latest refusals, the last one last: those of this code, or whose codes begin with
    it, or all. Ends the command when the dashboard does not answer."""
    import aiohttp

    _check_link(link)
    try:
        found = asyncio.run(_recent(link, code))
    except (aiohttp.ClientError, OSError) as problem:
        why = str(problem) or "it takes too long"
        fail(f"the dashboard of {_service(link)} does not answer: {why}")
    except msgspec.MsgspecError as problem:
        fail(f"the dashboard of {_service(link)} is of another version: {problem}")
    of_code = f" with the code {code}" if code else ""
    texts = [_told(line, refusal) for line, refusal in found]
    typer.echo("\n\n".join(texts) or f"Nothing{of_code} was refused lately.")


def _check_link(link: str) -> None:
    if not _is_link(link):
        fail(
            "this is no link of a dashboard: give the one that start or service printed behind "
            "'Dashboard:', whole and in quotes, as in 'http://localhost:8080/dashboard/?token=…'"
        )


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "token=" in parts.query


def _service(link: str) -> str:
    return urlsplit(link).netloc


async def _recent(link: str, code: str) -> Sequence[Recent]:
    import aiohttp

    jar, timeout = aiohttp.CookieJar(unsafe=True), aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=timeout) as session:
        await _enter(session, link)
        url = f"{link.partition('?')[0]}api/refusals"
        async with session.get(url, params={"code": code}) as answer:
            return _read(await answer.read())


async def _enter(session: "ClientSession", link: str) -> None:
    """Get the cookie that the link is good for."""
    async with session.get(link) as page:
        if not page.ok:
            fail(
                f"the dashboard of {_service(link)} does not know this link (HTTP status "
                f"{page.status}): every start has a new one, which it prints"
            )


def _read(answer: bytes) -> Sequence[Recent]:
    from webpubsub.dashboard.refusals import ShownRefusal

    class Shown(msgspec.Struct):
        line: RefusedLine
        refusal: ShownRefusal

    return [(one.line, one.refusal) for one in msgspec.json.decode(answer, type=list[Shown])]


def _told(line: RefusedLine, refusal: "ShownRefusal") -> str:
    clock = datetime.fromtimestamp(line.at, UTC).astimezone().strftime("%H:%M:%S")
    whose = [line.hub and f"hub {line.hub}", line.user and f"user {line.user}"]
    told = f" and “{refusal.told}”" if refusal.told else ""
    fields = entry(
        refusal.code,
        {
            "saw": one_line(refusal.seen) or "nothing",
            "wanted": refusal.wanted,
            "remedy": refusal.remedy,
            "setting": refusal.setting,
            "shown as": one_line(f"{refusal.shown_as}{told}"),
        },
    )
    checks = [_check(one) for one in refusal.checks] if len(refusal.checks) > 1 else []
    title = one_line(" · ".join(filter(None, (clock, line.title, *whose))))
    return "\n".join((title, fields, *checks))


def _check(check: "ShownCheck") -> str:
    result = f"{check.checked}: {check.seen or check.result}"
    if check.result == "failed":
        result = f"{check.checked}: saw {check.seen}; wanted {check.wanted}"
    return field(_MARKS[check.result], one_line(result), width=1)
