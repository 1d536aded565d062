"""Why a host cannot start."""


class HostError(Exception):
    """The host cannot start. The text is one line that says what is wrong and how to mend it.

    ``traceback`` is the user's own traceback as text when code of the app raised, else None.
    """

    def __init__(self, message: str, traceback: str | None = None) -> None:
        super().__init__(message)
        self.traceback = traceback
