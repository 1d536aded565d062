"""What became of one function of an app."""

import msgspec

from webpubsub.host.metadata import FunctionMetadata


class FunctionReport(msgspec.Struct, frozen=True):
    """What became of a function. ``metadata`` has its settings resolved unless that failed."""

    name: str
    metadata: FunctionMetadata
    error: str | None = None
    disabled: bool = False
