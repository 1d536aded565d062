"""Why a host cannot start, or not yet."""


class HostError(Exception):
    """The host cannot start. The text is one line that says what is wrong and how to mend it.

    ``traceback`` is the user's own traceback as text when code of the app raised, else None.
    """

    def __init__(self, message: str, traceback: str | None = None) -> None:
        super().__init__(message)
        self.traceback = traceback


class BrokenApp(HostError):
    """The code of the app is at fault, so that a change of its files can mend it."""
