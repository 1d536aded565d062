"""A client whose request aiohttp reads, and which is answered piece by piece."""

from typing import TypeAlias

from aiohttp import web
from multidict import CIMultiDict

from webpubsub.host.extensions.http.answers import BODILESS, Answer
from webpubsub.host.extensions.http.bodies import ArrivingBody

_Address: TypeAlias = tuple[str, int]


class Stream:
    """The body of its request as it arrives, and the way to the client. What sends something raises
    ConnectionError when the client has left."""

    def __init__(self, request: web.BaseRequest) -> None:
        self._request = request
        self.body = ArrivingBody(request)
        #: The answer, once its head has been sent, and what aiohttp calls it.
        self.begun: Answer | None = None
        self.response: web.StreamResponse | None = None

    @property
    def version(self) -> str:
        """That of HTTP which the client speaks."""
        version = self._request.version
        return f"{version.major}.{version.minor}"

    @property
    def client(self) -> _Address | None:
        """Where it is."""
        return self._address("peername")

    @property
    def server(self) -> _Address | None:
        """Where it came to."""
        return self._address("sockname")

    @property
    def is_there(self) -> bool:
        """Whether it has not left."""
        transport = self._request.transport
        return transport is not None and not transport.is_closing()

    async def begin(self, answer: Answer) -> None:
        """Send the head of an answer."""
        response = web.StreamResponse(status=answer.status, headers=CIMultiDict(answer.headers))
        await response.prepare(self._request)
        self.begun, self.response = answer, response

    async def write(self, piece: bytes) -> None:
        """Send more of its body, if it may have one. Raises RuntimeError without a head."""
        response = self._sent
        if piece and self._request.method != "HEAD" and response.status not in BODILESS:
            await response.write(piece)

    async def end(self) -> None:
        """Say that this was all. Raises RuntimeError without a head."""
        await self._sent.write_eof()

    def cut_off(self) -> None:
        """Let the client see that the answer is not whole."""
        if self._request.transport is not None:
            self._request.transport.abort()

    @property
    def _sent(self) -> web.StreamResponse:
        if self.response is None:
            raise RuntimeError("the response has a body before its beginning")
        return self.response

    def _address(self, which: str) -> _Address | None:
        found = self._request.get_extra_info(which)
        return (str(found[0]), int(found[1])) if isinstance(found, tuple) else None
