"""A service for clients of every kind: on a port, in a thread of its own, so that a test may block
while it serves."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from webpubsub.service.hub_settings.model import AllHubSettings
from webpubsub.service.service import Service
from webpubsub.testing.plans import Plan

_T = TypeVar("_T")
_PATIENCE = 10.0


class RunningService:
    """What the fixture ``webpubsub_service`` is; between ``with`` it serves.

    Its events go to the webhooks that the mark names for the hub; without one, clients connect as
    their tokens say.
    """

    def __init__(self, plan: Plan) -> None:
        settings = msgspec.structs.replace(plan.service, address="127.0.0.1", port=0)
        self._service = Service(settings, hub_settings=AllHubSettings(plan.hubs))
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        self._thread = threading.Thread(target=self._serve, name="webpubsub_service", daemon=True)

    @property
    def endpoint(self) -> str:
        """The URL of the service."""
        return self._service.endpoint

    @property
    def access_key(self) -> str:
        """The key that signs tokens."""
        return self._service.settings.access_keys[0]

    @property
    def connection_string(self) -> str:
        """What the official SDKs take."""
        return self._service.connection_string

    def client_url(
        self,
        hub: str,
        *,
        user: str | None = None,
        roles: Sequence[str] = (),
        groups: Sequence[str] = (),
    ) -> str:
        """A URL at which a client can connect, token included."""
        access = self._wait(
            self._service.client.client_access(hub, user_id=user, roles=roles, groups=groups)
        )
        return access.url

    def connections(self, hub: str) -> Sequence[str]:
        """The ids of the connections of a hub, in the order in which they came."""

        async def ids() -> list[str]:
            return list(self._service.hubs.hub(hub).sessions)

        return self._wait(ids())

    def fault(self, name: str, *arguments: Any, **options: Any) -> None:
        """Make something go wrong: the name of a method of ``webpubsub.faults`` with its
        arguments, and connection ids for clients. Raises UnknownConnection."""

        async def act() -> None:
            method: Callable[..., None] = getattr(self._service.faults, name)
            method(*arguments, **options)

        self._wait(act())

    def __enter__(self) -> Self:
        self._thread.start()
        self._wait(self._service.start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._wait(self._service.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._runner.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _wait(self, awaitable: Awaitable[_T]) -> _T:
        async def awaited() -> _T:
            return await awaitable

        future: Future[_T] = asyncio.run_coroutine_threadsafe(awaited(), self._loop)
        return future.result(_PATIENCE)
