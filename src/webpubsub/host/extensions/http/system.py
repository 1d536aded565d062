"""What the host itself answers at ``/``, and where no function does.

Specification: functions-python section 5.2.
"""

from webpubsub.host.extensions.http.answers import Answer, text_answer

_START_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>The function app is running</title>
<h1>The function app is running</h1>
<p>Its functions have addresses of their own, which the console lists.</p>
</html>
"""


class SystemEndpoints:
    """The answers for paths that are nobody's. ``start_page`` False leaves ``/`` to functions, and
    to an empty answer when none takes it."""

    def __init__(self, *, start_page: bool) -> None:
        self._start_page = start_page

    def answer(self, path: str) -> Answer | None:
        """The start page at its path, None for any other."""
        if path == "/" and self._start_page:
            return text_answer(200, _START_PAGE, "text/html")
        return None

    def fallback(self, path: str) -> Answer:
        """The answer when no function takes the path either."""
        return Answer(204 if path == "/" else 404)
