"""Which function answers a request.

Specification: functions-python sections 2.3, 5.2 and 5.3.
"""

from collections.abc import Sequence
from typing import Any

import pytest

from webpubsub.host.extension import BindingError, TriggerCall
from webpubsub.host.extensions.http.routing import Route, RouteTable, is_of_web_app, is_reserved
from webpubsub.host.extensions.http.templates import path_segments
from webpubsub.host.keys.authority import Level
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.worker import InvocationResult


async def _never(call: TriggerCall) -> InvocationResult:
    raise AssertionError(call)


def _function(name: str, **trigger: Any) -> FunctionMetadata:
    binding = Binding({"type": "httpTrigger", "name": "req", "direction": "in", **trigger})
    return FunctionMetadata(id=name, name=name, bindings=(binding,))


def _route(function: FunctionMetadata, prefix: str = "api") -> Route:
    return Route.of(function, function.trigger, prefix)


def _table(*functions: FunctionMetadata, prefix: str = "api") -> RouteTable:
    table = RouteTable()
    for function in functions:
        table.add(function, _route(function, prefix), _never)
    return table


def _found(table: RouteTable, method: str, path: str) -> str | None:
    match = table.find(method, path_segments(path))
    return match.function.name if match else None


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/api/ping", "a_all"),
        ("GET", "/api", "a_all"),
        ("POST", "/api/ping", "b_one"),
        ("post", "/api/ping", "b_one"),
        ("POST", "/api/other", None),
        ("DELETE", "/api/ping", "c_any"),
        ("GET", "/ping", None),
    ],
)
def test_the_first_function_by_name_wins(method: str, path: str, name: str | None) -> None:
    """Neither the order of attaching nor the specificity of a template counts; a method that does
    not fit falls through."""
    table = _table(
        _function("c_any", route="ping", methods=["delete"]),
        _function("b_one", route="ping", methods=["POST"]),
        _function("a_all", route="{*rest}", methods=["get"]),
    )
    assert _found(table, method, path) == name


@pytest.mark.parametrize("route", [None, "", "  "])
def test_the_default_route_is_the_name_of_the_function(route: str | None) -> None:
    """An absent and an empty route mean the same."""
    assert _route(_function("Echo", route=route)).template.text == "api/Echo"


@pytest.mark.parametrize("prefix", ["", "api"])
def test_a_web_application_has_every_path_below_the_prefix(prefix: str) -> None:
    """The library writes its route with a slash in front. Specification: functions-python section
    2.4."""
    web = _function("web", route="/{*route}")
    assert is_of_web_app(web.trigger.get("route"))
    start = f"/{prefix}/" if prefix else "/"
    for path in ("", "a", "a/b/c"):
        assert _found(_table(web, prefix=prefix), "GET", start + path) == "web"
    assert not is_of_web_app("{*route}")


@pytest.mark.parametrize(
    ("prefix", "path"), [("api", "/api/x"), ("", "/x"), ("v1/app", "/v1/app/x")]
)
def test_the_prefix_comes_first(prefix: str, path: str) -> None:
    """A route is reached below its prefix, or at the root without one."""
    assert _found(_table(_function("f", route="x"), prefix=prefix), "GET", path) == "f"


def test_route_values_are_given_with_the_match() -> None:
    """What the path says reaches the function."""
    match = _table(_function("f", route="items/{id:int}")).find("GET", ("api", "items", "7"))
    assert match is not None
    assert match.route_params == {"id": "7"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"route": "x"}, {"route": "X"}),
        ({"route": "x"}, {"route": "x", "methods": ["get"]}),
        ({"route": "x", "methods": ["GET", "post"]}, {"route": "x/", "methods": ["POST"]}),
        ({"route": "b"}, {}),
    ],
)
def test_a_taken_route_is_refused_by_naming_both_functions(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    """The same template with a method in common is a conflict."""
    with pytest.raises(BindingError, match="'b' is taken by function 'a'"):
        _table(_function("a", **first), _function("b", **second))


@pytest.mark.parametrize(
    ("disabled", "enabled", "is_hidden"),
    [
        (_function("a", route="x"), _function("b", route="X/"), True),
        (_function("A", route="x", methods=["get"]), _function("b", route="x"), True),
        (_function("b", route="x"), _function("A", route="x"), False),
        (_function("a", route="x"), _function("b", route="y"), False),
        (
            _function("a", route="x", methods=["get"]),
            _function("b", route="x", methods=["put"]),
            False,
        ),
    ],
)
def test_section_2_3_a_route_that_a_disabled_function_hides_on_azure(
    disabled: FunctionMetadata,
    enabled: FunctionMetadata,
    is_hidden: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Here it is found, and whoever starts the app is told, whichever comes first."""
    for disabled_first in (True, False):
        caplog.clear()
        table = RouteTable()
        if disabled_first:
            table.add_disabled(disabled, _route(disabled), _never)
        table.add(enabled, _route(enabled), _never)
        if not disabled_first:
            table.add_disabled(disabled, _route(disabled), _never)
        name = enabled.name
        told = f"Function '{name}' answers 404 on Azure: the disabled function '{disabled.name}'"
        assert [told in line for line in caplog.messages] == [True] * is_hidden
        assert _found(table, "PUT", "/api/" + str(enabled.trigger.get("route"))) == name


def test_a_method_may_have_a_hyphen() -> None:
    """Whatever HTTP has for methods."""
    table = _table(_function("f", route="x", methods=["m-search"]))
    assert _found(table, "M-SEARCH", "/api/x") == "f"


def test_the_same_template_with_other_methods_is_no_conflict() -> None:
    """Two functions may share a template when no method is in both."""
    table = _table(
        _function("read", route="x", methods=["GET"]),
        _function("write", route="x", methods=["POST"]),
    )
    assert (_found(table, "GET", "/api/x"), _found(table, "POST", "/api/x")) == ("read", "write")


@pytest.mark.parametrize(("names", "first"), [(("B", "a"), "a"), (("a_", "ab"), "ab")])
def test_the_order_of_names_is_that_of_capitals(names: Sequence[str], first: str) -> None:
    """As .NET compares names when letter case does not count: ``_`` comes after the letters."""
    table = _table(*(_function(name, route=f"{{{name}}}") for name in names))
    assert _found(table, "GET", "/api/x") == first


@pytest.mark.parametrize(
    ("level", "wanted"),
    [(None, Level.FUNCTION), ("Anonymous", Level.ANONYMOUS), ("ADMIN", Level.ADMIN)],
)
def test_a_function_that_names_no_level_wants_a_key(level: str | None, wanted: Level) -> None:
    """Letter case means nothing. Section 5.3."""
    assert _route(_function("f", authLevel=level)).level is wanted


@pytest.mark.parametrize(
    ("trigger", "message"),
    [
        ({"route": "admin/x"}, "host's own routes"),
        ({"route": "Runtime"}, "host's own routes"),
        ({"route": "/admin/x"}, "host's own routes"),
        ({"route": "/x"}, "Write 'x'"),
        ({"route": "{id"}, "no closing"),
        ({"route": "{id:integer}"}, "Did you mean 'int'"),
        ({"route": ["x"]}, r"is \['x'\], and must be a string"),
        ({"route": 0}, "is 0, and must be a string"),
        ({"methods": "get"}, "must be an array"),
        ({"methods": ["GET", 5]}, "must be an array"),
        ({"methods": ["GET POST"]}, "must be an array"),
        ({"methods": ["GÉT"]}, "must be an array"),
        ({"authLevel": "anonymus"}, "Did you mean 'anonymous'"),
    ],
)
def test_a_wrong_trigger_is_refused_with_its_reason(trigger: dict[str, Any], message: str) -> None:
    """The error names the function and says how to mend it."""
    with pytest.raises(BindingError, match=message) as caught:
        _route(_function("hello", **trigger))
    assert "'hello'" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "reserved"),
    [
        ("/admin", True),
        ("/Runtime/webhooks/x", True),
        ("/%61dmin/host", True),
        ("/administrator", False),
        ("/api/admin", False),
        ("/", False),
    ],
)
def test_the_host_keeps_its_own_paths(path: str, reserved: bool) -> None:
    """Only a whole first segment is reserved."""
    assert is_reserved(path_segments(path)) is reserved
