"""The actions of an output, shown to those who look at the host while they are carried out."""

from typing import Protocol

from webpubsub.host.extension import InvocationContext
from webpubsub.host.observation import ActionCarriedOut, ObservationPoint
from webpubsub.protocol.operations import HubOperation
from webpubsub.protocol.seams import ServiceRefused


class Performer(Protocol):
    """The part of a service client that outputs need."""

    async def perform(self, operation: HubOperation) -> None:
        """Carry out one operation. Raises ServiceRefused."""
        ...


def observed(
    client: Performer, point: ObservationPoint, binding: str, context: InvocationContext
) -> Performer:
    """The client itself while nobody looks, or one that does the same for everybody to see."""
    return client if point.observer is None else _Observed(client, point, binding, context)


class _Observed:
    """Carries out the actions of one output of one invocation."""

    def __init__(
        self,
        client: Performer,
        point: ObservationPoint,
        binding: str,
        context: InvocationContext,
    ) -> None:
        self._client = client
        self._point = point
        self._binding = binding
        self._context = context

    async def perform(self, operation: HubOperation) -> None:
        """Carry out one operation, as a span of its own. Raises ServiceRefused."""
        began, problem = self._point.monotonic(), None
        with self._point.span():
            try:
                await self._client.perform(operation)
            except ServiceRefused as refused:
                problem = str(refused)
                raise
            finally:
                self._show(operation, self._point.monotonic() - began, problem)

    def _show(self, operation: HubOperation, seconds: float, problem: str | None) -> None:
        observer = self._point.observer
        if observer is not None:
            observer(
                ActionCarriedOut(
                    invocation_id=self._context.invocation_id,
                    function=self._context.function.name,
                    binding=self._binding,
                    operation=operation,
                    seconds=seconds,
                    problem=problem,
                )
            )
