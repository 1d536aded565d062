"""``/admin/host/{keys|functionkeys|systemkeys}`` and ``/admin/functions/{name}/keys``.

Specification: functions-python sections 5.3 and 5.4.
"""

from collections.abc import Mapping

from webpubsub.host.extensions.http.admin.context import (
    AdminContext,
    BodyProblem,
    json_answer,
    json_body,
    not_found,
)
from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.keys.files import KeyFiles
from webpubsub.host.keys.model import MASTER_ALIAS, InvalidKey, Key, Scope, ScopeKind

#: The names of the scopes of the host, in lower case.
SCOPES: Mapping[str, ScopeKind] = {
    "keys": ScopeKind.HOST,
    "functionkeys": ScopeKind.HOST,
    "systemkeys": ScopeKind.SYSTEM,
}


async def list_all(context: AdminContext, request: Request, values: Mapping[str, str]) -> Answer:
    """The keys of a scope."""
    files, scope = _found(context, values)
    keys = [_shown(key.name, key) for key in files.keys(scope)]
    return json_answer({"keys": keys, "links": _links(request)})


async def show(context: AdminContext, request: Request, values: Mapping[str, str]) -> Answer:
    """One key; ``_master`` is among the system keys."""
    files, scope = _found(context, values)
    wanted = values["key"].lower()
    found = next((key for key in files.keys(scope) if key.name.lower() == wanted), None)
    if scope.kind is ScopeKind.SYSTEM and wanted == MASTER_ALIAS:
        found = files.host().master_key
    if found is None:
        return not_found(f"key '{values['key']}'")
    return json_answer(_shown(values["key"], found) | {"links": _links(request)})


async def create(context: AdminContext, request: Request, values: Mapping[str, str]) -> Answer:
    """A key with a value of the host's choice."""
    return _put(context, request, values, None)


async def put(context: AdminContext, request: Request, values: Mapping[str, str]) -> Answer:
    """A key with the value in the body."""
    value = (await json_body(request)).get("value")
    if not isinstance(value, str):
        raise BodyProblem(400, 'The body must be like {"name": "NAME", "value": "VALUE"}.')
    return _put(context, request, values, value)


async def delete(context: AdminContext, _request: Request, values: Mapping[str, str]) -> Answer:
    """Away with a key; the master key can only be replaced."""
    files, scope = _found(context, values)
    if values["key"].startswith("_"):
        raise BodyProblem(400, "The master key can be replaced, and not deleted.")
    if not files.delete(scope, values["key"]):
        return not_found(f"key '{values['key']}'")
    return Answer(204)


def _put(
    context: AdminContext, request: Request, values: Mapping[str, str], value: str | None
) -> Answer:
    files, scope = _found(context, values)
    if scope.kind is not ScopeKind.FUNCTION and values["key"].lower() == MASTER_ALIAS:
        scope = Scope(ScopeKind.MASTER)
    try:
        key, is_new = files.put(scope, values["key"], value)
    except InvalidKey as error:
        raise BodyProblem(400, str(error)) from None
    document = _shown(values["key"], key) | {"links": _links(request)}
    return json_answer(document, 201 if is_new else 200)


def _found(context: AdminContext, values: Mapping[str, str]) -> tuple[KeyFiles, Scope]:
    """The files and the scope that an address names. Raises BodyProblem when there is none."""
    if context.keys is None:
        raise BodyProblem(
            404, "This host does not check keys. Start it with --enable-auth to have them."
        )
    name = values.get("name")
    if name is None:
        return context.keys, Scope(SCOPES[values["scope"].lower()])
    report = context.function(name)
    if report is None:
        raise BodyProblem(404, f"There is no function '{name}'.")
    return context.keys, Scope(ScopeKind.FUNCTION, report.name)


def _shown(name: str, key: Key) -> dict[str, object]:
    return {"name": name, "value": key.value}


def _links(request: Request) -> list[Mapping[str, str]]:
    address = f"{request.scheme}://{request.host}{request.raw_path}"
    return [{"rel": "self", "href": address}]
