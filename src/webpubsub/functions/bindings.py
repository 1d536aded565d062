"""The bindings that the decorators add to a function.

Each has two types. The private one is the worker's: under it our converter is registered, and
nothing else in the process changes. The public one is all that the host sees. The arguments of the
constructors are the properties of the binding in Python's spelling, as azure-functions wants it.
Specification: functions-python section 16, bindings section 2.
"""

from collections.abc import Sequence
from typing import Final

from azure.functions import DataType
from azure.functions.decorators.core import InputBinding, OutputBinding, Trigger

TRIGGER: Final = "wps.trigger"
CONNECTION: Final = "wps.connection"
CONTEXT: Final = "wps.context"
OUTPUT: Final = "wps.output"

PUBLIC_TRIGGER: Final = "webPubSubTrigger"


class WebPubSubTrigger(Trigger):
    """Runs a function for one event of one hub."""

    @staticmethod
    def get_binding_name() -> str:
        return TRIGGER

    def __init__(
        self,
        name: str,
        hub: str,
        event_type: str,
        event_name: str,
        connections: Sequence[str] | None = None,
        client_protocols: str | None = None,
        data_type: DataType | None = None,
    ) -> None:
        self.hub = hub
        self.event_type = event_type
        self.event_name = event_name
        self.connections = connections
        self.client_protocols = client_protocols
        super().__init__(name=name, data_type=data_type)
        self._dict["type"] = PUBLIC_TRIGGER

    def pass_untouched(self) -> None:
        """The parameter is ``str`` or ``bytes``: the worker converts nothing, because no converter
        is registered for the public type."""
        self.type = PUBLIC_TRIGGER


class WebPubSubConnectionInput(InputBinding):
    """Gives a function what a client needs to connect."""

    @staticmethod
    def get_binding_name() -> str:
        return CONNECTION

    def __init__(
        self,
        name: str,
        hub: str,
        user_id: str | None = None,
        connection: str | None = None,
        client_protocol: str | None = None,
    ) -> None:
        self.hub = hub
        self.user_id = user_id
        self.connection = connection
        self.client_protocol = client_protocol
        super().__init__(name=name)
        self._dict["type"] = "webPubSubConnection"


class WebPubSubContextInput(InputBinding):
    """Gives an HTTP function the event that came as its request."""

    @staticmethod
    def get_binding_name() -> str:
        return CONTEXT

    def __init__(self, name: str, connections: Sequence[str] | None = None) -> None:
        self.connections = connections
        super().__init__(name=name)
        self._dict["type"] = "webPubSubContext"


class WebPubSubOutput(OutputBinding):
    """Carries out the actions a function sets."""

    @staticmethod
    def get_binding_name() -> str:
        return OUTPUT

    def __init__(self, name: str, hub: str, connection: str | None = None) -> None:
        self.hub = hub
        self.connection = connection
        super().__init__(name=name)
        self._dict["type"] = "webPubSub"
