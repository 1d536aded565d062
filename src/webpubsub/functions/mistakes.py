"""A mistake in a function app, found where it was made: when the app is imported."""

from webpubsub.protocol.refusals import RefusalKind, Refused


class AppMistake(Refused, ValueError):
    """A decorator was used in a way that cannot work; the text says what to change.

    ``refusal`` is the entry of the catalogue, with what was seen.
    """

    def __init__(self, kind: RefusalKind, text: str) -> None:
        super().__init__(kind.refuse(seen=text))
        self.args = (text,)
