"""Keeps records of what passes the observation point of a host."""

import logging
from collections.abc import Callable

from webpubsub.host.observation import (
    ActionCarriedOut,
    InvocationBegan,
    InvocationEnded,
    InvocationLogged,
    ObservationPoint,
    Sighting,
)
from webpubsub.testing.records import Action, Invocation, Records, action_name, readable
from webpubsub.testing.traffic import Traffic


class Watch:
    """Records invocations, what they log from INFO on, actions, and the traffic, from ``begin`` to
    ``end``."""

    def __init__(self, records: Records, traffic: Traffic) -> None:
        self._records = records
        self._traffic = traffic
        self._undo: list[Callable[[], None]] = []

    def begin(self, point: ObservationPoint) -> None:
        """Look from now on."""
        root = logging.getLogger()
        level = root.level
        root.setLevel(min(level, logging.INFO) if level else logging.INFO)
        self._undo = [
            lambda: root.setLevel(level),
            point.attach(self._traffic.look),
            point.attach(self._look),
        ]

    def end(self) -> None:
        """Look away; again is harmless."""
        undo, self._undo = self._undo, []
        for one in reversed(undo):
            one()

    def _look(self, sighting: Sighting) -> None:
        match sighting.item:
            case InvocationBegan() as began:
                self._begin(began)
            case InvocationLogged() as logged:
                self._log(logged)
            case ActionCarriedOut() as carried_out:
                self._act(carried_out)
            case InvocationEnded() as ended:
                self._end(ended)

    def _begin(self, item: InvocationBegan) -> None:
        self._records.begin(
            Invocation(
                function=item.function, id=item.invocation_id, trigger=readable(item.trigger)
            )
        )

    def _log(self, item: InvocationLogged) -> None:
        call = self._records.of(item.invocation_id)
        if call is not None:
            call.logs.append(item.message)

    def _act(self, item: ActionCarriedOut) -> None:
        action = Action(
            name=action_name(type(item.operation)),
            operation=item.operation,
            function=item.function,
            error=item.problem,
        )
        self._records.actions.append(action)
        call = self._records.of(item.invocation_id)
        if call is not None:
            call.actions.append(action)

    def _end(self, item: InvocationEnded) -> None:
        call = self._records.of(item.invocation_id)
        if call is not None:
            call.is_over = True
            call.inputs = {name: readable(value) for name, value in item.inputs}
            call.outputs = {name: readable(value) for name, value in item.outputs.items()}
            call.returned = readable(item.return_value)
            call.failure = item.failure
