"""What is wrong with a filter, in the words of the service. Specification: rest-api section 9.4."""

_SHOWN_CHARACTERS = 256


class FilterError(ValueError):
    """A filter that cannot be used.

    ``expression`` is the part at fault and ``detail`` a sentence; the exception text is what
    callers of the REST API are told.
    """

    def __init__(self, expression: str, detail: str) -> None:
        shown = clipped(expression)
        super().__init__(f"Invalid syntax for '{shown}': {detail} (Parameter 'filter')")
        self.expression = expression
        self.detail = detail


def clipped(text: str) -> str:
    """A part of a filter for a message: all of it, unless it is very long."""
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
