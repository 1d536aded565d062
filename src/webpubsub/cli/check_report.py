"""What ``webpubsub check`` says, for people and for programs."""

import textwrap
from collections.abc import Iterator, Sequence

import msgspec

from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.preparation import SYSTEM_KEY, EventHandler, Preparation
from webpubsub.host.azure.rule import Finding


class _Report(msgspec.Struct, rename="camel"):
    app: str
    findings: Sequence[Finding]
    preparation: Preparation | None


def as_json(app: AzureApp, findings: Sequence[Finding], to_set_up: Preparation | None) -> str:
    """Everything as one JSON object."""
    report = _Report(str(app.folder), findings, to_set_up)
    return msgspec.json.format(msgspec.json.encode(report)).decode()


def as_text(app: AzureApp, findings: Sequence[Finding], to_set_up: Preparation | None) -> str:
    """Each finding in a paragraph, then what to set up, then how many there are."""
    paragraphs = [_paragraph(finding) for finding in findings]
    if to_set_up is not None:
        paragraphs.append("\n".join(_to_set_up(to_set_up)))
    paragraphs.append(_summary(app, findings))
    return "\n\n".join(paragraphs)


def _paragraph(finding: Finding) -> str:
    fields = (("seen", finding.what), ("result", finding.happens), ("mend", finding.mend))
    lines = (_field(name, value) for name, value in fields)
    return "\n".join((f"{finding.where}: {finding.code}", *lines))


def _field(name: str, value: str) -> str:
    return textwrap.fill(
        value,
        width=100,
        initial_indent=f"  {name:<6}  ",
        subsequent_indent=" " * 10,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _to_set_up(preparation: Preparation) -> Iterator[str]:
    yield "To set up on Azure"
    yield "  app settings"
    for setting in preparation.settings:
        yield f"    {setting.name}: {setting.purpose}"
    for handler in preparation.event_handlers:
        yield from _event_handler(handler)
    if preparation.event_handlers:
        yield f"    HOST is the host name of the app, KEY its system key {SYSTEM_KEY}:"
        yield "    az functionapp keys list --name APP --resource-group GROUP \\"
        yield f"      --query systemKeys.{SYSTEM_KEY} --output tsv"
    if preparation.keyed_functions:
        names = ", ".join(preparation.keyed_functions)
        yield f"  keys: clients give ?code=KEY to {names}"


def _event_handler(handler: EventHandler) -> Iterator[str]:
    yield f"  event handler of hub {handler.hub}"
    yield f"    URL template: {handler.url_template}"
    yield f"    system events: {', '.join(handler.system_events) or 'none'}"
    yield f"    user events: {', '.join(handler.user_events) or 'none'}"


def _summary(app: AzureApp, findings: Sequence[Finding]) -> str:
    functions = _counted(len(app.functions), "function")
    return f"{functions}, {_counted(len(findings), 'finding') if findings else 'nothing found'}."


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
