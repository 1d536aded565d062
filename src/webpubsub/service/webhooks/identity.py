"""The tokens of Microsoft Entra by which a webhook knows the service: those of the managed identity
of the machine it runs on.

A token is kept until shortly before it expires, and whoever needs one while it is being asked for
waits for the same answer. The official SDK does the asking; it is an extra, and imported when the
first token is needed. Specification: upstream-events section 14.
"""

import asyncio
import os
from collections.abc import Callable
from importlib import import_module
from typing import Protocol

import msgspec

from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals.webhooks import IDENTITY_UNAVAILABLE
from webpubsub.protocol.timers import Timers
from webpubsub.service.patience import Late, Patience

#: For one token, with all that the SDK does to get it, in seconds.
TOKEN_TIMEOUT = 30.0
#: A token is asked for again when it has less time left than this, in seconds. While it is still
#: valid, the SDK gives it again if there is no newer one.
REFRESH_MARGIN = 300.0

_SDK = "azure.identity.aio"
_ANY_PERMISSION = "/.default"
#: The identity that was assigned by a user, if not the one of the machine itself.
_CLIENT_ID = "AZURE_CLIENT_ID"
_LONGEST_SHOWN = 200


class AccessToken(Protocol):
    """What is used of the SDK's AccessToken; times are seconds since the epoch."""

    @property
    def token(self) -> str: ...

    @property
    def expires_on(self) -> int: ...


class Credential(Protocol):
    """What is used of the SDK's ManagedIdentityCredential."""

    async def get_token(self, scope: str, /) -> AccessToken:
        """A token that is good for the scope."""
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...


class _Kept(msgspec.Struct, frozen=True):
    token: str
    expires_on: float


class IdentityTokens:
    """The tokens of the service by the resource they are good for.

    ``clock`` gives seconds since the epoch; what one takes is measured by ``timers``, or else by
    the event loop.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        make_credential: Callable[[], Credential] | None = None,
        timers: Timers | None = None,
    ) -> None:
        self._clock = clock
        self._patience = Patience(TOKEN_TIMEOUT, timers)
        self._make_credential = make_credential or sdk_credential
        self._credential: Credential | None = None
        self._kept: dict[str, _Kept] = {}
        self._asking: dict[str, asyncio.Task[Refusal | None]] = {}

    async def token(self, resource: str) -> str:
        """A token that is good for the resource, such as ``api://my-app``. Raises Refused."""
        kept = self._kept.get(resource)
        if kept is None or kept.expires_on - self._clock() < REFRESH_MARGIN:
            # One event may be of no use any more while others still wait.
            refusal = await asyncio.shield(self._ask(resource))
            if refusal is not None:
                raise Refused(refusal)
        return self._kept[resource].token

    async def close(self) -> None:
        """Ask for nothing any more."""
        tasks = tuple(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        credential, self._credential = self._credential, None
        if credential is not None:
            await credential.close()

    def _ask(self, resource: str) -> asyncio.Task[Refusal | None]:
        task = self._asking.get(resource)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._fetch(resource))
            self._asking[resource] = task
            task.add_done_callback(lambda _: self._asking.pop(resource))
        return task

    async def _fetch(self, resource: str) -> Refusal | None:
        try:
            with self._patience.begin():
                credential = await self._used_credential()
                token = await credential.get_token(resource + _ANY_PERMISSION)
        except Late:
            return _refusal(f"no token after {self._patience.seconds:g} seconds")
        except Exception as error:
            return _refusal(_why(error))
        self._kept[resource] = _Kept(token.token, token.expires_on)
        return None

    async def _used_credential(self) -> Credential:
        if self._credential is None:
            if self._make_credential is sdk_credential:
                await asyncio.to_thread(import_module, _SDK)
            self._credential = self._make_credential()
        return self._credential


def sdk_credential() -> Credential:
    """The SDK's credential for the managed identity of this machine."""
    from azure.identity.aio import ManagedIdentityCredential

    return ManagedIdentityCredential(client_id=os.environ.get(_CLIENT_ID) or None)


def _refusal(seen: str) -> Refusal:
    return IDENTITY_UNAVAILABLE.refuse(seen)


def _why(error: Exception) -> str:
    """What went wrong. The texts of most errors may repeat what the identity endpoint said, which
    may be a token."""
    if isinstance(error, ImportError):
        return "no package azure-identity"
    if type(error).__name__ == "CredentialUnavailableError":
        return " ".join(str(error).split())[:_LONGEST_SHOWN]
    status = getattr(error, "status_code", None)
    return type(error).__name__ + (f" with status {status}" if status else "")
