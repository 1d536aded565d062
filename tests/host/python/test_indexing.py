"""Finding the functions of an app with decorators. Specification: functions-python section 2.1."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import azure.functions as func
import pytest
from azure.functions.decorators.core import Trigger

from tests.host.python.apps import OUTPUT, TRIGGER, write, write_app
from webpubsub.host.python.app_modules import AppModules
from webpubsub.host.python.indexing import IndexedFunction, index_script, script_name
from webpubsub.host.worker import AppError

Index = Callable[[str], list[IndexedFunction]]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """Indexes the app in ``tmp_path``, with this source as its script if any."""
    entered: list[AppModules] = []

    def index_source(source: str = "") -> list[IndexedFunction]:
        if source:
            write_app(tmp_path, source)
        modules = AppModules(tmp_path)
        modules.enter()
        entered.append(modules)
        return index_script(modules, "function_app.py")

    yield index_source
    for modules in entered:
        modules.leave()


def names(functions: list[IndexedFunction]) -> list[str]:
    return [function.metadata.name for function in functions]


def test_metadata_is_what_the_app_declared(tmp_path: Path, index: Index) -> None:
    """Id, name, file and the raw bindings in the order of application. Section 2.1."""
    (found,) = index(f"{TRIGGER}{OUTPUT}def fn(request: str, out: func.Out[str]): ...")
    metadata = found.metadata
    assert (metadata.id, metadata.name) == (str(uuid5(NAMESPACE_OID, "fn")), "fn")
    assert metadata.script_file == str(tmp_path / "function_app.py")
    assert [binding.raw for binding in metadata.bindings] == [
        {"direction": "OUT", "type": "webPubSub", "name": "out", "hub": "h"},
        {"direction": "IN", "type": "webPubSubTrigger", "name": "request", "hub": "h"},
    ]
    assert [binding.direction for binding in metadata.bindings] == ["out", "in"]
    assert found.load().name == "fn"


def test_a_name_keeps_its_letters(index: Index) -> None:
    """Letter case matters to the library, and to whoever reads the console. Section 2.1."""
    (found,) = index(f'@app.function_name("OnMessage")\n{TRIGGER}def fn(request): ...')
    assert found.metadata.name == "OnMessage"


def test_ids_are_the_same_at_every_start(index: Index) -> None:
    """They come from the name alone."""
    source = f"{TRIGGER}def fn(request: str): ..."
    assert index(source)[0].metadata.id == index(source)[0].metadata.id


def test_snake_case_becomes_camel_case(index: Index) -> None:
    """As the library does it; what is None is left out. Section 2.1."""
    (found,) = index(
        '@app.generic_trigger(arg_name="r", type="t", event_name="e", eventType="u", x=None)\n'
        "def fn(r): ..."
    )
    raw = {"direction": "IN", "type": "t", "name": "r", "eventName": "e", "eventType": "u"}
    assert found.metadata.bindings[0].raw == raw


def test_an_http_function_has_route_and_level(index: Index) -> None:
    """A route that is not given is the function's name, the level that of the app."""
    (found,) = index("@app.route()\ndef hello(req: func.HttpRequest) -> str: ...")
    trigger = found.metadata.trigger
    assert (trigger.get("route"), trigger.get("authLevel")) == ("hello", "ANONYMOUS")
    assert [binding.name for binding in found.metadata.outputs] == ["$return"]


@pytest.mark.parametrize("name", ["app", "my_functions", "_hidden"])
def test_the_app_may_have_any_name(tmp_path: Path, index: Index, name: str) -> None:
    """Whatever top-level name holds it. Section 2.1."""
    source = f"import azure.functions as func\n{name} = func.FunctionApp()\n"
    write(
        tmp_path,
        {"function_app.py": f"{source}{TRIGGER.replace('@app', '@' + name)}def fn(request): ..."},
    )
    assert names(index("")) == ["fn"]


def test_the_app_may_come_from_another_module(tmp_path: Path, index: Index) -> None:
    """The script may import it from elsewhere."""
    elsewhere = (
        f"import azure.functions as func\napp = func.FunctionApp()\n{TRIGGER}def fn(request): ..."
    )
    write(
        tmp_path,
        {"elsewhere_app.py": elsewhere, "function_app.py": "from elsewhere_app import app"},
    )
    assert names(index("")) == ["fn"]


def test_an_empty_app_has_no_functions(index: Index) -> None:
    """That is no error. Section 2.1."""
    assert index("pass") == []


BLUEPRINT = """
bp = func.Blueprint()
@bp.route()
def from_blueprint(req: func.HttpRequest) -> str: ...
"""


def test_blueprints_are_part_of_the_app_they_are_registered_with(index: Index) -> None:
    """In the order of registration, with the app's level. Section 2.2."""
    functions = index(f"{TRIGGER}def own(request): ...\n{BLUEPRINT}\napp.register_functions(bp)")
    assert names(functions) == ["own", "from_blueprint"]
    assert functions[1].metadata.trigger.get("authLevel") == "ANONYMOUS"


def test_a_blueprint_that_is_not_registered_is_ignored(index: Index) -> None:
    """It is no app. Section 2.2."""
    assert index(BLUEPRINT) == []


TAIL = "equest): ...\n"


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("b = app", "more than one function app: app, b"),
        ("other = func.FunctionApp()", "more than one function app"),
        ("del app", "has no function app"),
        (f"{BLUEPRINT}app.register_functions(bp)\napp.register_functions(bp)", "from_blueprint"),
        ("app.register_functions(app)", "FunctionRegister"),
        (f"{TRIGGER}def fn(request: dict): ...", "'fn'"),
        (f"{TRIGGER}def fn(other: str): ...", "'fn'"),
        (f"{TRIGGER}{TRIGGER}def fn(request: str): ...", "trigger"),
        (f"{OUTPUT}def fn(out: func.Out[str]): ...", "fn"),
        (
            f'{TRIGGER}def fn(r{TAIL}{TRIGGER}@app.function_name("fn")\ndef g(r{TAIL}',
            "fn",
        ),
        ("import there_is_no_such_module", "ModuleNotFoundError"),
        ("import there_is_no_such_module", "Install its package"),
        ("def fail(): raise TypeError('its own')\napp.get_functions = fail", "its own"),
        ("x = (", "SyntaxError"),
        ("raise SystemExit(2)", "SystemExit"),
        (
            '@app.generic_trigger(arg_name="r", type="t", data_type="bytes")\ndef fn(r): ...',
            "KeyError",
        ),
    ],
)
def test_a_broken_app_is_told_in_one_line(index: Index, source: str, named: str) -> None:
    """One wrong function breaks the whole app, as in the real worker. Sections 1, 2.1 and 3."""
    with pytest.raises(AppError) as raised:
        index(source)
    assert named in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_traceback_of_a_broken_app_is_the_users(tmp_path: Path, index: Index) -> None:
    """It ends where the user's code failed, and holds nothing of ours."""
    write(tmp_path, {"lib_of_app.py": "1 / 0"})
    with pytest.raises(AppError) as raised:
        index("import lib_of_app")
    traceback = raised.value.traceback or ""
    assert traceback.index("function_app.py") < traceback.index("lib_of_app.py")
    assert traceback.endswith("ZeroDivisionError: division by zero\n")
    assert "webpubsub/host" not in traceback


def test_an_app_without_http_is_not_remarked_upon(
    index: Index, caplog: pytest.LogCaptureFixture
) -> None:
    """The library's warning about auth levels helps nobody; others still come through."""
    index(f"{TRIGGER}def fn(request): ...\nimport logging\nlogging.warning('of the app')")
    assert [record.getMessage() for record in caplog.records] == ["of the app"]
    assert logging.getLogger().filters == []


def test_retries_are_part_of_the_metadata(index: Index) -> None:
    """As the decorator says."""
    retry = '@app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:01")\n'
    (found,) = index(f"{retry}{TRIGGER}def fn(request): ...")
    assert found.metadata.retry is not None
    assert found.metadata.retry["max_retry_count"] == "3"


class PrivateTrigger(Trigger):
    """A binding whose worker type is private, while its JSON has a public one."""

    @staticmethod
    def get_binding_name() -> str:
        return "test.private"

    def __init__(self, name: str, hub: str) -> None:
        self.hub = hub
        super().__init__(name=name)
        self._dict["type"] = "webPubSubTrigger"


def test_the_host_never_sees_a_private_type(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker converts by the private type; the metadata has the public one. Section 16."""
    monkeypatch.setattr(func, "PrivateTrigger", PrivateTrigger, raising=False)
    (found,) = index(
        "@app._configure_function_builder\n"
        "def private(fb):\n"
        '    fb.add_trigger(func.PrivateTrigger(name="request", hub="h"))\n'
        "    return fb\n"
        "@private\n"
        "def fn(request): ...\n"
    )
    assert found.metadata.trigger.type == "webPubSubTrigger"
    assert found.load().inputs["request"].binding_type == "test.private"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "function_app.py"),
        ({"PYTHON_SCRIPT_FILE_NAME": ""}, "function_app.py"),
        ({"PYTHON_SCRIPT_FILE_NAME": "main_app-2.py"}, "main_app-2.py"),
    ],
)
def test_the_script_can_be_named(environment: dict[str, str], expected: str) -> None:
    """By an app setting. Section 2.1."""
    assert script_name(environment) == expected


@pytest.mark.parametrize(
    "name", ["main", "a/b.py", "../x.py", "-x.py", "a b.py", "a.b.py", ".py", "x.pyc"]
)
def test_names_that_are_no_script(name: str) -> None:
    """The message names the setting."""
    with pytest.raises(AppError, match="PYTHON_SCRIPT_FILE_NAME"):
        script_name({"PYTHON_SCRIPT_FILE_NAME": name})
