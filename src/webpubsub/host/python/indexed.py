"""What indexing an app finds."""

from collections.abc import Callable

import msgspec

from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.python.signatures import LoadedFunction


class IndexedFunction(msgspec.Struct, frozen=True):
    """A function as the host sees it, and how to make it ready to be called.

    ``load`` raises FunctionLoadError.
    """

    metadata: FunctionMetadata
    load: Callable[[], LoadedFunction]
