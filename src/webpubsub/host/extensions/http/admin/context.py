"""What those who answer for the administration have at hand."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from webpubsub.host.control import HostControl
from webpubsub.host.extensions.http.answers import Answer, text_answer
from webpubsub.host.extensions.http.bodies import BodyTooLarge
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.function_report import FunctionReport
from webpubsub.host.keys.files import KeyFiles
from webpubsub.protocol.cloud_events.wire import media_type


class Administration(msgspec.Struct, frozen=True):
    """The host, asked for when somebody administers it, and what starts its app anew; the latter
    raises HostError when the app is broken."""

    host: Callable[[], HostControl]
    restart: Callable[[], Awaitable[None]]


class AdminContext(msgspec.Struct, frozen=True, kw_only=True):
    """``keys`` is None when keys are not checked. ``url_of`` gives the address of an HTTP function
    with its template, None for any other."""

    host: HostControl
    restart: Callable[[], Awaitable[None]]
    keys: KeyFiles | None
    url_of: Callable[[FunctionReport], str | None]

    def function(self, name: str) -> FunctionReport | None:
        """A function by its name in any letter case."""
        wanted = name.lower()
        return next((one for one in self.host.functions if one.name.lower() == wanted), None)


Handler: TypeAlias = Callable[[AdminContext, Request, Mapping[str, str]], Awaitable[Answer]]


def json_answer(document: Any, status: int = 200) -> Answer:
    """A document as the answer."""
    headers = [("Content-Type", "application/json; charset=utf-8")]
    return Answer(status, headers, msgspec.json.encode(document))


def problem(status: int, text: str) -> Answer:
    """A refusal that whoever administers can read."""
    return text_answer(status, text)


def not_found(what: str) -> Answer:
    """There is nothing of that name."""
    return problem(404, f"There is no {what}.")


class BodyProblem(Exception):
    """The body of a request is not what was asked for; the text says what is."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


_MAX_BODY_BYTES = 4 * 1024 * 1024


async def json_body(request: Request) -> Mapping[str, Any]:
    """The JSON object that was sent. Raises BodyProblem.

    Its content type must say that it is JSON: a page of another origin cannot send that without
    being allowed to.
    """
    if media_type(request.first("Content-Type") or "") != "application/json":
        raise BodyProblem(415, "The Content-Type must be application/json.")
    try:
        body = await request.body.read(_MAX_BODY_BYTES)
    except BodyTooLarge:
        raise BodyProblem(413, f"The body is larger than {_MAX_BODY_BYTES} bytes.") from None
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise BodyProblem(400, "The body must be a JSON object.")
    return document
