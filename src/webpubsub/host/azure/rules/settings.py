"""The app settings: those that are missing, and those that are only good on this machine.

Specification: bindings section 2.6, functions-python sections 10.3 and 11.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.connections import names_of_connections
from webpubsub.host.azure.rule import Rule, Seen
from webpubsub.host.connections.connection_settings import DEFAULT_CONNECTION, HOST_JSON_PATH
from webpubsub.protocol.connection_strings import ConnectionString

_STORAGE = "AzureWebJobsStorage"
_EMULATOR = "usedevelopmentstorage=true"
_RUNTIME = "FUNCTIONS_WORKER_RUNTIME"
_TRIGGER = "webpubsubtrigger"
_TIMER = "timertrigger"
#: What the platform itself says to an app.
_PLATFORM = frozenset(
    {
        *("CONTAINER_NAME", "AZUREWEBJOBSSCRIPTROOT", "WEBSITE_HOSTNAME", "WEBSITE_INSTANCE_ID"),
        *("WEBSITE_OWNER_NAME", "WEBSITE_RESOURCE_GROUP", "WEBSITE_SITE_NAME", "WEBSITE_SKU"),
    }
)


def _without_storage(app: AzureApp) -> Iterator[Seen]:
    if not _has_storage(app):
        names = [report.name for _, _, report in app.bindings(*_kinds_with_storage(app))]
        if names:
            yield Seen(app.settings_file, f"{_STORAGE} is not set; needed by {', '.join(names)}")


def _has_storage(app: AzureApp) -> bool:
    """An identity in the place of a key has several settings below that name."""
    names = (name.replace(":", "__").lower() for name in app.declared)
    wanted = _STORAGE.lower()
    return any(name == wanted or name.startswith(f"{wanted}__") for name in names)


def _kinds_with_storage(app: AzureApp) -> tuple[str, ...]:
    return (_TIMER, _TRIGGER) if app.has_folders or app.are_azures else (_TIMER,)


def _with_storage_of_emulator(app: AzureApp) -> Iterator[Seen]:
    value = app.settings.get(_STORAGE) or ""
    if app.are_azures and value.replace(" ", "").lower().startswith(_EMULATOR):
        yield Seen(app.settings_file, f"{_STORAGE} is the storage emulator's")


def _without_connection(app: AzureApp) -> Iterator[Seen]:
    for where, binding, _ in app.web_pubsub_bindings():
        for name in names_of_connections(binding):
            if not _is_set(app, name):
                yield Seen(where, f"'{name}' is not set in {app.settings_file}")


def _is_set(app: AzureApp, name: str) -> bool:
    """The service here needs no setting, so that the default one may be missing here."""
    if name == DEFAULT_CONNECTION and (not app.are_azures or app.config.text(HOST_JSON_PATH)):
        return True
    return bool(app.settings.get(name) or app.settings.get(f"{name}__serviceUri"))


def _with_connection_here(app: AzureApp) -> Iterator[Seen]:
    for where, name, value in _deployed(app):
        if reason := _only_here(value, app.development_key):
            yield Seen(where, f"{name} {reason}")


def _deployed(app: AzureApp) -> Iterator[tuple[str, str, str]]:
    """What looks like the address of a service, and goes to Azure as it is."""
    if text := app.config.text(HOST_JSON_PATH):
        yield "host.json", HOST_JSON_PATH.replace(":", "."), text
    values: Mapping[str, str] = app.declared if app.are_azures else {}
    for name, value in values.items():
        if value.lower().startswith("endpoint=") or name.lower().endswith("__serviceuri"):
            yield app.settings_file, name, value


def _only_here(value: str, development_key: str) -> str | None:
    text = value if value.lower().startswith("endpoint=") else f"Endpoint={value}"
    try:
        parsed = ConnectionString.parse(text)
    except ValueError as problem:
        return f"cannot be read: {problem}"
    if _is_this_machine(urlsplit(parsed.endpoint).hostname or ""):
        return f"is a service of this machine, {parsed.endpoint}"
    if development_key and parsed.access_key == development_key:
        return "has the development key, which everybody knows"
    return None


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _with_names_of_platform(app: AzureApp) -> Iterator[Seen]:
    for name in app.declared:
        if name.upper() in _PLATFORM:
            yield Seen(app.settings_file, name)


def _with_other_runtime(app: AzureApp) -> Iterator[Seen]:
    value = app.declared.get(_RUNTIME)
    if value is not None and value.lower() != "python":
        yield Seen(app.settings_file, f"{_RUNTIME} is {value!r}")


RULES = (
    Rule(
        code="settings.storage.missing",
        happens="Timers do not run, there is nowhere to keep the system key of the webhook, so "
        "that Web PubSub triggers are disabled, and 'func start' does not start an app of "
        "function.json files.",
        mend="Set AzureWebJobsStorage to a storage account; on this machine "
        "'UseDevelopmentStorage=true' will do.",
        find=_without_storage,
    ),
    Rule(
        code="settings.storage.emulator",
        happens="There is no storage emulator on Azure: the host cannot keep keys and timers.",
        mend="Set AzureWebJobsStorage to a storage account.",
        find=_with_storage_of_emulator,
    ),
    Rule(
        code="settings.connection.missing",
        happens="The functions are in error. A connection that a binding names does not fall back "
        "to the default one.",
        mend="Set it to the connection string of the resource, or set NAME__serviceUri to its URL "
        "and give the app's identity a role on it.",
        find=_without_connection,
        explains=True,
    ),
    Rule(
        code="settings.connection.local",
        happens="The app on Azure talks to nobody, or to whoever knows the key.",
        mend="Set the connection string of a Web PubSub resource. In host.json it goes wherever "
        "the code goes: remove it there, and use the setting WebPubSubConnectionString.",
        find=_with_connection_here,
    ),
    Rule(
        code="settings.platform",
        happens="The platform sets it. Code and libraries know by it where they run, and take one "
        "place for the other.",
        mend="Remove it.",
        find=_with_names_of_platform,
    ),
    Rule(
        code="settings.runtime",
        happens="The host starts the worker of another language, and finds no functions.",
        mend="Set FUNCTIONS_WORKER_RUNTIME to 'python'.",
        find=_with_other_runtime,
    ),
)
