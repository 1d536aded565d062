"""An app as the rules look at it: its functions as they are here, its files, and its settings."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import msgspec

from webpubsub.host.azure.publishing import PublishedFiles
from webpubsub.host.azure.requirements import Requirements
from webpubsub.host.connections.connection_settings import default_hub
from webpubsub.host.function_report import FunctionReport
from webpubsub.host.metadata import Binding
from webpubsub.host.settings.app_settings import LOCAL_SETTINGS, AppSettings
from webpubsub.host.settings.host_config import HostConfig


class BoundFunction(NamedTuple):
    """A binding, the function that has it, and where that is written."""

    where: str
    binding: Binding
    report: FunctionReport


class AzureApp(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """``declared`` are the settings in ``settings_file``, which are those of the app on Azure if
    ``are_azures``; ``settings`` looks them up. ``problem`` is why the whole app is broken, and then
    it has no functions. ``python`` is the version that the app is to run with, ``development_key``
    the key that everybody knows."""

    folder: Path
    problem: str | None = None
    functions: Sequence[FunctionReport] = ()
    config: HostConfig = msgspec.field(default_factory=HostConfig)
    settings: AppSettings = msgspec.field(default_factory=lambda: AppSettings({}))
    declared: Mapping[str, str] = msgspec.field(default_factory=dict)
    settings_file: str = LOCAL_SETTINGS
    are_azures: bool = False
    python: tuple[int, int] = (3, 13)
    development_key: str = ""

    @cached_property
    def requirements(self) -> Requirements | None:
        """requirements.txt, or None when there is none."""
        return Requirements.read(self.folder / "requirements.txt")

    @cached_property
    def published(self) -> PublishedFiles:
        """What .funcignore leaves of the folder."""
        return PublishedFiles(self.folder)

    @property
    def has_folders(self) -> bool:
        """Whether its functions are folders with a function.json."""
        script = self.settings.get("PYTHON_SCRIPT_FILE_NAME") or "function_app.py"
        return not (self.folder / script).is_file()

    @property
    def default_hub(self) -> str | None:
        """The hub of bindings that name none."""
        return default_hub(self.settings, self.config)

    def bindings(self, *kinds: str) -> Iterator[BoundFunction]:
        """The bindings of these lower-case types, or all, in the order of their functions."""
        for report in self.functions:
            for binding in report.metadata.bindings:
                if not kinds or binding.kind in kinds:
                    yield BoundFunction(self.place_of(report), binding, report)

    def web_pubsub_bindings(self) -> Iterator[BoundFunction]:
        """Those of Web PubSub."""
        return (item for item in self.bindings() if item.binding.kind.startswith("webpubsub"))

    def place_of(self, report: FunctionReport) -> str:
        """Where the bindings of a function are written."""
        if self.has_folders:
            return f"{report.name}/function.json"
        return f"{Path(report.metadata.script_file).name}, function {report.name}"
