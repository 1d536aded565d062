"""What is published: the files of the folder but for those that .funcignore names.

Specification: functions-python sections 10.3 and 10.4.
"""

from collections.abc import Iterator
from pathlib import Path

from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.publishing import FUNCIGNORE
from webpubsub.host.azure.rule import Rule, Seen
from webpubsub.host.settings.app_settings import LOCAL_SETTINGS


def _with_local_settings(app: AzureApp) -> Iterator[Seen]:
    if LOCAL_SETTINGS in app.published:
        yield Seen(FUNCIGNORE, f"{LOCAL_SETTINGS} is not in it")


def _without_needed_files(app: AzureApp) -> Iterator[Seen]:
    for name in dict.fromkeys(_needed(app)):
        if (app.folder / name).is_file() and name not in app.published:
            yield Seen(FUNCIGNORE, f"it leaves out {name}")


def _needed(app: AzureApp) -> Iterator[str]:
    yield from ("host.json", "requirements.txt")
    for report in app.functions:
        yield f"{report.name}/function.json"
        script = Path(report.metadata.script_file)
        if script.is_absolute() and script.is_relative_to(app.folder):
            yield script.relative_to(app.folder).as_posix()


RULES = (
    Rule(
        code="publish.local-settings",
        happens="'func azure functionapp publish' leaves it out by itself; other tools that make "
        "the package put it in, and with it the secrets of this machine.",
        mend="Write 'local.settings.json' on a line of .funcignore.",
        find=_with_local_settings,
    ),
    Rule(
        code="publish.left-out",
        happens="The file is missing on Azure: functions, or the whole app, are not found.",
        mend="Remove the line of .funcignore, or take the file out of it with a line that begins "
        "with '!'.",
        find=_without_needed_files,
    ),
)
