"""Apps as the rules see them, made of bindings and files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.rule import Rule, Seen
from webpubsub.host.function_report import FunctionReport
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.settings.app_settings import AppSettings
from webpubsub.host.settings.host_config import HostConfig

BUNDLE = {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"}
HOST_JSON = {"version": "2.0", "extensionBundle": BUNDLE}
DEVELOPMENT_KEY = "d" * 44

HTTP = {"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous"}
ANSWER = {"type": "http", "direction": "out", "name": "$return"}
TIMER = {"type": "timerTrigger", "direction": "in", "name": "timer", "schedule": "0 * * * * *"}
TRIGGER = {
    "type": "webPubSubTrigger",
    "direction": "in",
    "name": "request",
    "hub": "chat",
    "eventType": "user",
    "eventName": "message",
}
CONNECTION = {"type": "webPubSubConnection", "direction": "in", "name": "connection", "hub": "chat"}
CONTEXT = {"type": "webPubSubContext", "direction": "in", "name": "event"}
OUTPUT = {"type": "webPubSub", "direction": "out", "name": "actions", "hub": "chat"}


def function(
    name: str,
    *bindings: Mapping[str, Any],
    script: str = "function_app.py",
    error: str | None = None,
) -> FunctionReport:
    """What became of a function with these bindings."""
    metadata = FunctionMetadata(
        id=name, name=name, bindings=tuple(map(Binding, bindings)), script_file=script
    )
    return FunctionReport(name, metadata, error)


def app(
    folder: Path,
    functions: Sequence[FunctionReport] = (),
    *,
    files: Mapping[str, str] = {},
    host_json: Mapping[str, Any] = HOST_JSON,
    settings: Mapping[str, str] = {},
    **members: Any,
) -> AzureApp:
    """An app of one script with nothing wrong, but for what is given."""
    for name, text in {"function_app.py": "", "host.json": "{}", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return AzureApp(
        folder=folder,
        functions=functions,
        config=HostConfig.from_document(host_json),
        settings=AppSettings(dict(settings)),
        declared=settings,
        development_key=DEVELOPMENT_KEY,
        **members,
    )


def seen(rules: Sequence[Rule], code: str, looked_at: AzureApp) -> list[Seen]:
    """What the rule of a code sees in an app."""
    (rule,) = (rule for rule in rules if rule.code == code)
    return list(rule.find(looked_at))
