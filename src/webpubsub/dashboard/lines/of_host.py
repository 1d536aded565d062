"""What happens in a function app, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from webpubsub.dashboard.lines.of_service import (
    BEGIN,
    END,
    FAILED,
    OK,
    Parts,
    of_event,
    of_refusal,
    of_status,
    plural,
)
from webpubsub.dashboard.lines.operations import described
from webpubsub.dashboard.values import without_secrets
from webpubsub.host import observation as seen

_LONG = 300
#: How much of a text is looked through for secrets, which must not be cut in two before.
_READ = 4096


def _cut(text: str) -> str:
    """The beginning of what code of an app says, which may say a secret."""
    return without_secrets(text[:_READ])[:_LONG]


def _serves(item: seen.AppServes) -> Parts:
    title = "App serves again" if item.reloaded else "App serves"
    text = plural(len(item.functions), "function")
    return {"kind": "app", "title": title, "text": text, "outcome": OK}


def _broken(item: seen.AppBroken) -> Parts:
    return {"kind": "app", "title": "App is broken", "text": _cut(item.error), "outcome": FAILED}


def _http_received(item: seen.HttpReceived) -> Parts:
    return {"kind": "http", "title": f"{item.method} {item.path[:_LONG]}", "phase": BEGIN}


def _http_answered(item: seen.HttpAnswered) -> Parts:
    title = f"{item.status} for {item.method} {item.path[:_LONG]}"
    made = {"kind": "http", "title": title, "phase": END, "seconds": item.seconds}
    refused = {} if item.refusal is None else of_refusal(item.refusal)
    return {**made, "outcome": of_status(item.status), **refused}


def _delivery_received(item: seen.DeliveryReceived) -> Parts:
    return {"kind": "webhook", "title": f"{item.method} from a service elsewhere", "phase": BEGIN}


def _delivery_answered(item: seen.DeliveryAnswered) -> Parts:
    title = f"{item.status} to a service elsewhere"
    made = {"kind": "webhook", "title": title, "phase": END, "seconds": item.seconds}
    whose = {} if item.event is None else of_event(item.event)
    refused = {} if item.refusal is None else of_refusal(item.refusal)
    return {**made, **whose, "outcome": of_status(item.status), **refused}


def _began(item: seen.InvocationBegan) -> Parts:
    again = f", attempt {item.retry + 1}" if item.retry else ""
    title = f"Function {item.function}{again}"
    return {
        "kind": "function",
        "name": item.function,
        "title": title,
        "text": item.reason,
        "phase": BEGIN,
    }


def _ended(item: seen.InvocationEnded) -> Parts:
    failure = item.failure
    title = f"Function {item.function} {'has returned' if failure is None else 'failed'}"
    text = "" if failure is None else _cut(f"{failure.type}: {failure.message}")
    made = {"kind": "function", "name": item.function, "title": title, "phase": END}
    outcome = OK if failure is None else FAILED
    return {**made, "text": text, "seconds": item.seconds, "outcome": outcome}


def _logged(item: seen.InvocationLogged) -> Parts:
    bad = FAILED if item.level in ("ERROR", "CRITICAL") else ""
    title = f"{item.level.title()} of {item.function}"
    text = " ".join(_cut(item.message).split())
    return {"kind": "log", "name": item.function, "title": title, "text": text, "outcome": bad}


def _action(item: seen.ActionCarriedOut) -> Parts:
    made = described(item.operation)
    title = f"Action of {item.function}: {made['title'][0].lower()}{made['title'][1:]}"
    made |= {"title": title, "hub": item.operation.hub, "kind": "action", "name": item.function}
    made |= {"seconds": item.seconds, "outcome": OK if item.problem is None else FAILED}
    return made if item.problem is None else made | {"text": _cut(item.problem)}


HOST_LINES: Mapping[type[Any], Callable[[Any], Parts]] = {
    seen.AppServes: _serves,
    seen.AppBroken: _broken,
    seen.HttpReceived: _http_received,
    seen.HttpAnswered: _http_answered,
    seen.DeliveryReceived: _delivery_received,
    seen.DeliveryAnswered: _delivery_answered,
    seen.InvocationBegan: _began,
    seen.InvocationLogged: _logged,
    seen.InvocationEnded: _ended,
    seen.ActionCarriedOut: _action,
}
