"""Whom a request may ask for what it asks for.

The key is in the ``x-functions-key`` header or, without that, in the query as ``code``.
Specification: functions-python section 5.3.
"""

import logging
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl

from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.keys.authority import Authority, Demand
from webpubsub.host.keys.files import KeyFiles, KeyFilesError
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.functions import KEYS_UNREADABLE

logger = logging.getLogger("webpubsub.host.http")

_HEADER = "x-functions-key"
_QUERY = "code"


def key_in(request: Request) -> str | None:
    """The key that a request gives, the first one when there are several; None without one."""
    in_header = request.first(_HEADER)
    if in_header is not None:
        return in_header
    pairs = parse_qsl(request.raw_query, keep_blank_values=True)
    return next((value for name, value in pairs if name.lower() == _QUERY), None)


class Gate:
    """Checks the keys of requests; without ``files`` it is open to all, as with the local tools.

    ``functions`` lists the functions of the app.
    """

    def __init__(self, files: KeyFiles | None, functions: Callable[[], Iterable[str]]) -> None:
        self.files = files
        self._functions = functions
        self._authority = Authority(files, functions) if files else None

    def open(self, extensions: Iterable[str]) -> None:
        """Make the keys that are missing. Raises HostError when that cannot be done."""
        if self.files is None:
            return
        try:
            self.files.open(self._functions(), extensions)
        except KeyFilesError as error:
            raise HostError(str(error)) from None

    def refusal(self, request: Request, demand: Demand) -> Refusal | None:
        """Why the request may not have what it asks for; None when it may."""
        if self._authority is None:
            return None
        try:
            return self._authority.refusal(key_in(request), demand)
        except KeyFilesError as error:
            return KEYS_UNREADABLE.refuse(str(error))

    def is_master(self, request: Request) -> bool:
        """Whether the request gives the master key. Without keys nobody has it."""
        try:
            return self._authority is not None and self._authority.is_master(key_in(request))
        except KeyFilesError:
            return False
