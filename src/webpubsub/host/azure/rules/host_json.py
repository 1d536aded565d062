"""host.json: the extension bundle, and what nobody reads.

Specification: functions-python section 10.1, bindings section 2.9.
"""

from collections.abc import Iterator

from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.bundles import FIRST_SOUND, KNOWN_IDS, LOADING_TYPES, BundleRange
from webpubsub.host.azure.rule import Rule, Seen
from webpubsub.protocol import traps
from webpubsub.protocol.spelling import did_you_mean

_FILE = "host.json"
_BUNDLE = "extensionBundle"
_KEYS = (
    *("version", "functionTimeout", "functions", "extensions", _BUNDLE, "logging", "retry"),
    *("watchDirectories", "watchFiles", "concurrency", "singleton", "aggregator", "healthMonitor"),
    *("managedDependency", "customHandler", "telemetryMode", "sendCanceledInvocationsToWorker"),
    *("metadataProviderTimeout", "configurationProfile", "tracing", "id", "$schema"),
)
#: What the host has without a bundle.
_BUILT_IN = frozenset({"httptrigger", "http", "timertrigger", "warmuptrigger"})


def _missing(app: AzureApp) -> Iterator[Seen]:
    if not _is_there(app):
        yield Seen(_FILE, "there is no such file")


def _is_there(app: AzureApp) -> bool:
    return (app.folder / _FILE).is_file()


def _with_unread_keys(app: AzureApp) -> Iterator[Seen]:
    known = {name.lower() for name in _KEYS}
    for name in app.config.raw:
        if name.lower() not in known:
            yield Seen(_FILE, f"'{name}'.{did_you_mean(name, _KEYS)}")


def _needs_bundle(app: AzureApp) -> bool:
    return any(item.binding.kind not in _BUILT_IN for item in app.bindings())


def _without_bundle(app: AzureApp) -> Iterator[Seen]:
    if _is_there(app) and app.config.get(_BUNDLE) is None and _needs_bundle(app):
        yield Seen(_FILE, f"there is no '{_BUNDLE}'")


def _with_other_bundle(app: AzureApp) -> Iterator[Seen]:
    name = app.config.get(f"{_BUNDLE}:id")
    known = {one.lower() for one in KNOWN_IDS}
    if app.config.get(_BUNDLE) is not None and str(name).lower() not in known:
        yield Seen(_FILE, f"{_BUNDLE}.id is {name!r}")


def _with_unreadable_range(app: AzureApp) -> Iterator[Seen]:
    if app.config.get(_BUNDLE) is not None and _range(app) is None:
        version = app.config.get(f"{_BUNDLE}:version")
        yield Seen(_FILE, f"{_BUNDLE}.version is {version!r}")


def _with_old_bundle(app: AzureApp) -> Iterator[Seen]:
    versions = _range(app)
    if versions is not None and not versions.reaches(FIRST_SOUND) and _uses_web_pubsub(app):
        yield Seen(_FILE, f"{_BUNDLE}.version is {app.config.get(f'{_BUNDLE}:version')!r}")


def _range(app: AzureApp) -> BundleRange | None:
    version = app.config.get(f"{_BUNDLE}:version")
    try:
        return BundleRange.parse(version) if isinstance(version, str) else None
    except ValueError:
        return None


def _uses_web_pubsub(app: AzureApp) -> bool:
    return next(app.web_pubsub_bindings(), None) is not None


def _with_context_alone(app: AzureApp) -> Iterator[Seen]:
    kinds = {item.binding.kind for item in app.web_pubsub_bindings()}
    if kinds and not kinds & LOADING_TYPES:
        (where, binding, _) = next(app.web_pubsub_bindings())
        yield Seen(where, f"{binding.type} '{binding.name}' is the app's only Web PubSub binding")


RULES = (
    Rule(
        code="host-json.missing",
        happens="The host writes one without an extension bundle: every function with a Web "
        "PubSub binding is in error.",
        mend='Write {"version": "2.0", "extensionBundle": {"id": '
        '"Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"}}.',
        find=_missing,
    ),
    Rule(
        code="host-json.key.unknown",
        happens="Nobody reads it.",
        mend="Correct its name, or remove it.",
        find=_with_unread_keys,
    ),
    Rule(
        code="host-json.bundle.missing",
        happens="No extension is loaded: every function with a Web PubSub binding is in error.",
        mend='Add "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", '
        '"version": "[4.*, 5.0.0)"}.',
        find=_without_bundle,
    ),
    Rule(
        code="host-json.bundle.id",
        happens="There is no such bundle: the host does not start.",
        mend='The id is "Microsoft.Azure.Functions.ExtensionBundle".',
        find=_with_other_bundle,
    ),
    Rule(
        code="host-json.bundle.range",
        happens="The host finds no bundle, and does not start.",
        mend='Write a range of versions: "[4.*, 5.0.0)".',
        find=_with_unreadable_range,
    ),
    Rule(
        code="host-json.bundle.old",
        happens="The range lets no bundle in from 4.35 on. Earlier ones do not know connections "
        "by identity, and in 4.33 and 4.34 the webhook fails for apps without a default "
        "connection.",
        mend='Write "[4.*, 5.0.0)".',
        find=_with_old_bundle,
    ),
    Rule.of_trap(traps.BINDING_CONTEXT_ALONE, _with_context_alone),
)
