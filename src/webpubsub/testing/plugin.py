"""The pytest plugin: the fixtures ``webpubsub`` and ``webpubsub_service``.

It runs the ``async def`` tests that use them unless another plugin does: pytest-asyncio in its auto
mode or by its mark, anyio by its mark or fixture. Then the world lives in the loop of that plugin.
Whatever else is needed is imported when a test asks for it, because this is imported by every run
of pytest.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Generator, Iterator
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from webpubsub.testing.plans import Plan, Request
    from webpubsub.testing.services import RunningService
    from webpubsub.testing.world import World

_FIXTURE = "webpubsub"
_MARK = (
    "webpubsub(app, settings, hubs, service, sockets): which app the fixture 'webpubsub' is about "
    "(a folder, or None), and with which settings of the app, of hubs and of the service"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the command line, and the same in the configuration."""
    group = parser.getgroup("webpubsub")
    group.addoption(
        "--webpubsub-app", metavar="FOLDER", help="the function app that tests are about"
    )
    group.addoption(
        "--webpubsub-sockets",
        action="store_true",
        default=None,
        help="have clients come by real sockets, and time pass",
    )
    parser.addini("webpubsub_app", "the function app that tests are about: a folder", default="")
    parser.addini(
        "webpubsub_sockets", "have clients come by real sockets", type="bool", default=False
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", _MARK)


@pytest.fixture
def webpubsub(request: pytest.FixtureRequest) -> Iterator[World]:
    """The world of a test: a function app with its service and clients."""
    world = _new_world(request)
    request.node.stash[_WORLD] = world
    yield world
    world.end()


@pytest.fixture
def webpubsub_service(request: pytest.FixtureRequest) -> Iterator[RunningService]:
    """A service that listens on a port of this machine, for whatever client is to be tested."""
    services = _imported("services")
    plan = _plan(request, app=False)
    with services.RunningService(plan) as service:
        yield service


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Run async fixtures of tests that nobody else runs."""
    function = fixturedef.func
    asynchronous = isasyncgenfunction(function) or iscoroutinefunction(function)
    if not asynchronous or _FIXTURE not in request.fixturenames or _is_taken(request):
        return (yield)
    if getattr(function, "_force_asyncio_fixture", False):
        return (yield)  # pytest-asyncio's own
    world: World = request.getfixturevalue(_FIXTURE)
    fixturedef.func = _in_loop(function, world, request)  # type: ignore[misc]
    try:
        return (yield)
    finally:
        fixturedef.func = function  # type: ignore[misc]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Have the world begin and end with an async test, whoever runs it."""
    world = item.stash.get(_WORLD, None)
    if world is None or not isinstance(item, pytest.Function) or not iscoroutinefunction(item.obj):
        return (yield)
    function, item.obj = item.obj, _within(world, item.obj)
    if hasattr(item.instance, "_testMethodName"):  # of unittest, which asks the instance
        setattr(item.instance, item.name, item.obj)
    try:
        return (yield)
    finally:
        item.obj = function


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an async test that nobody else runs."""
    world = pyfuncitem.stash.get(_WORLD, None)
    if world is None or not iscoroutinefunction(pyfuncitem.obj) or _is_taken(pyfuncitem):
        return None
    names = pyfuncitem._fixtureinfo.argnames  # noqa: SLF001 - there is no other way
    world.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what has passed."""
    report = yield
    world = item.stash.get(_WORLD, None)
    if report.failed and world is not None and (lines := world.traffic):
        report.sections.append(("webpubsub traffic", _imported("traffic").shown_traffic(lines)))
    return report


_WORLD: pytest.StashKey[World] = pytest.StashKey()


def _new_world(request: pytest.FixtureRequest) -> World:
    world: World = _imported("world").World(_plan(request))
    return world


def _plan(request: pytest.FixtureRequest, *, app: bool = True) -> Plan:
    plans, errors = _imported("plans"), _imported("errors")
    asked: Request = plans.Request(
        marks=_marks(request.node) | ({} if app else {"app": None}),
        file=request.path,
        root=request.config.rootpath,
        app=_option(request.config, "app") or "",
        sockets=bool(_option(request.config, "sockets")),
    )
    try:
        plan: Plan = plans.plan_of(asked)
        return plan
    except errors.SetupError as error:
        problem = str(error)
    pytest.fail(problem, pytrace=False)


def _option(config: pytest.Config, name: str) -> Any:
    chosen = config.getoption(f"webpubsub_{name}")
    return config.getini(f"webpubsub_{name}") if chosen is None else chosen


def _marks(item: pytest.Item) -> dict[str, Any]:
    """The arguments of all marks; what is nearer to the test wins."""
    found: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers(_FIXTURE))):
        if mark.args:
            pytest.fail("the mark 'webpubsub' takes arguments by name only", pytrace=False)
        found |= mark.kwargs
    return found


def _imported(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(f"webpubsub.testing.{name}")
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing.startswith("webpubsub"):
            raise
    pytest.fail(f"there is no {missing}: pip install 'webpubsub[testing]'", pytrace=False)


def _is_taken(node: Any) -> bool:
    """Whether another plugin runs the test: pytest-asyncio marks what it takes."""
    item = getattr(node, "node", node)
    by_asyncio = item.get_closest_marker("asyncio") is not None
    return by_asyncio or "anyio_backend" in getattr(node, "fixturenames", ())


def _within(
    world: World, function: Callable[..., Awaitable[None]]
) -> Callable[..., Awaitable[None]]:
    @functools.wraps(function)
    async def test(**arguments: Any) -> None:
        __tracebackhide__ = True
        await _begin(world)
        try:
            await function(**arguments)
        finally:
            await world.stop()

    return test


async def _begin(world: World) -> None:
    problem = ""
    try:
        await world.start()
    except _imported("errors").SetupError as error:
        problem = str(error)
    if problem:
        pytest.fail(problem, pytrace=False)


def _in_loop(
    function: Callable[..., Any], world: World, request: pytest.FixtureRequest
) -> Callable[..., Any]:
    """An async fixture as one that is not."""

    @functools.wraps(function)
    def fixture(**arguments: Any) -> Any:
        bound = _bound(function, request)
        if not isasyncgenfunction(function):
            return world.run(bound(**arguments))
        generator = bound(**arguments)
        request.addfinalizer(lambda: _exhaust(world, generator))
        return world.run(generator.__anext__())

    return fixture


def _bound(function: Callable[..., Any], request: pytest.FixtureRequest) -> Callable[..., Any]:
    """A fixture that is a method belongs to the instance that the test has."""
    if request.instance is not None and hasattr(function, "__self__"):
        bound: Callable[..., Any] = function.__func__.__get__(request.instance)  # type: ignore[attr-defined]
        return bound
    return function


def _exhaust(world: World, generator: Any) -> None:
    try:
        world.run(generator.__anext__())
    except StopAsyncIteration:
        return
    pytest.fail("an async fixture yields more than once", pytrace=False)
