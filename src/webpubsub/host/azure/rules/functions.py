"""Functions that do not run anywhere: the whole app is broken, or one of them is in error.

Specification: functions-python sections 1 and 3.5.
"""

from collections.abc import Iterator

from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.rule import Rule, Seen


def _broken(app: AzureApp) -> Iterator[Seen]:
    if app.problem is not None:
        yield Seen(str(app.folder), app.problem)


def _in_error(app: AzureApp) -> Iterator[Seen]:
    for report in app.functions:
        if report.error is not None:
            yield Seen(app.place_of(report), report.error)


BROKEN = Rule(
    code="app.broken",
    happens="The app has no functions at all.",
    mend="Mend what is named; nothing else of the app can be looked at before.",
    find=_broken,
)
IN_ERROR = Rule(
    code="function.error",
    happens="The function is never called; the others run.",
    mend="Mend what is named.",
    find=_in_error,
)
RULES = (BROKEN, IN_ERROR)
