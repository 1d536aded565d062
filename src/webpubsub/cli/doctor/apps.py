"""An app and what is set for its hubs: what could be read at all, and whether names go together."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from webpubsub.cli.doctor.finding import Finding, error, ok, warning
from webpubsub.cli.hub_settings import FILE_NAME
from webpubsub.cli.inspection import inspected
from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.catalogue import findings_here
from webpubsub.host.settings.app_settings import LOCAL_SETTINGS
from webpubsub.host.settings.json_files import JsonFileError, read_json_object
from webpubsub.protocol.spelling import did_you_mean
from webpubsub.service.hub_settings.files import HubSettingsFile
from webpubsub.service.hub_settings.located import HubSettingsError
from webpubsub.service.hub_settings.model import HubSettings


def local_settings(folder: Path) -> Iterator[Finding]:
    """Whether local.settings.json counts."""
    code = "settings"
    try:
        read_json_object(folder / LOCAL_SETTINGS)
    except FileNotFoundError:
        yield ok(code, f"there is no {LOCAL_SETTINGS}")
    except JsonFileError as problem:
        yield error(code, f"{problem}; none of it is used", "Mend what is named.")
    else:
        yield ok(code, f"{LOCAL_SETTINGS} can be read")


def hub_settings(folder: Path) -> tuple[Mapping[str, HubSettings], list[Finding]]:
    """What webpubsub.toml sets for hubs, and what is wrong with it."""
    path = folder / FILE_NAME
    if not path.is_file():
        return {}, []
    try:
        hubs = HubSettingsFile(path).settings.hubs
    except HubSettingsError as problem:
        return {}, [error("hub-settings", str(problem), "Mend what is named.")]
    return hubs, [ok("hub-settings", f"{path} can be read")]


def app_in(folder: Path) -> tuple[AzureApp, list[Finding]]:
    """The app in a folder, indexed, and what keeps it from running."""
    app = inspected(folder, None)
    found = [error(one.code, f"{one.where}: {one.what}", one.mend) for one in findings_here(app)]
    if found:
        return app, found
    return app, [ok("app", f"{len(app.functions)} functions in {folder}, all of which can run")]


def hub_names(hubs: Mapping[str, HubSettings], app: AzureApp) -> Iterator[Finding]:
    """Hubs for which something is set and which no function knows, such as misspelt ones."""
    used = hubs_of(app)
    for name in hubs:
        if used and name not in used:
            mend = f"Name one of those it has: {', '.join(sorted(used))}."
            what = f"{FILE_NAME} sets something for the hub '{name}', which no function has."
            yield warning("hub-names", what + did_you_mean(name, used), mend)


def hubs_of(app: AzureApp) -> Collection[str]:
    """The hubs of the app's bindings, in lower case."""
    named = (item.binding.get("hub") or app.default_hub for item in app.web_pubsub_bindings())
    return {name.lower() for name in named if isinstance(name, str) and "{" not in name}
