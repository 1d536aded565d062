"""What handles a request of a client."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from webpubsub.service.connections.client import Client, Item

Handlers: TypeAlias = Mapping[type[Item], Callable[[Client, Any], None]]
