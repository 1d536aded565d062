"""What a function receives for an output binding."""

from typing import Any


class Out:
    """Holds the last value set; None means that nothing was set. It is an ``azure.functions.Out``
    by shape alone, as in the real worker."""

    __slots__ = ("_value",)

    def __init__(self) -> None:
        self._value: Any = None

    def set(self, val: Any) -> None:
        """Set the value of the output."""
        self._value = val

    def get(self) -> Any:
        """The value set last, or None."""
        return self._value
