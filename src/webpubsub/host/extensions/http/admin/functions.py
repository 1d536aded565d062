"""``/admin/functions``: what the app has, and calls of it.

Specification: functions-python section 5.4.
"""

from collections.abc import Mapping
from typing import Any

from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.http.admin.context import (
    AdminContext,
    json_answer,
    json_body,
    not_found,
    problem,
)
from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.function_report import FunctionReport


async def list_all(context: AdminContext, request: Request, _: Mapping[str, str]) -> Answer:
    """Every function, those in error and the disabled ones too."""
    return json_answer([_described(context, request, one) for one in context.host.functions])


async def show(context: AdminContext, request: Request, values: Mapping[str, str]) -> Answer:
    """One function."""
    report = context.function(values["name"])
    if report is None:
        return not_found(f"function '{values['name']}'")
    return json_answer(_described(context, request, report))


async def status(context: AdminContext, _request: Request, values: Mapping[str, str]) -> Answer:
    """What is wrong with a function, if anything is."""
    report = context.function(values["name"])
    if report is None:
        return not_found(f"function '{values['name']}'")
    return json_answer({"errors": None if report.error is None else [report.error]})


async def call(context: AdminContext, request: Request, values: Mapping[str, str]) -> Answer:
    """Begin to call a function; what comes of it is in the log."""
    name, body = values["name"], await json_body(request)
    text = body.get("input")
    if text is not None and not isinstance(text, str):
        return problem(400, 'The body must be like {"input": "TEXT"}.')
    report = context.function(name)
    if report is None:
        return not_found(f"function '{name}'")
    if report.error is not None:
        return problem(404, f"The function '{name}' is in error: {report.error}")
    try:
        if not context.host.begin_call(name, text or ""):
            return problem(404, f"The function '{name}' is disabled.")
    except BindingError as error:
        return problem(400, str(error))
    return Answer(202)


def _described(
    context: AdminContext, request: Request, report: FunctionReport
) -> Mapping[str, Any]:
    function = report.metadata
    return {
        "name": report.name,
        "href": f"{request.scheme}://{request.host}/admin/functions/{report.name}",
        "config": {
            "name": report.name,
            "scriptFile": function.script_file,
            "entryPoint": function.entry_point,
            "language": "python",
            "bindings": [binding.raw for binding in function.bindings],
        },
        "invoke_url_template": context.url_of(report),
        "language": "python",
        "isDisabled": report.disabled,
        "isDirect": False,
        "isProxy": False,
    }
