"""Finds the functions that an app declares with decorators.

All or nothing, as in the real worker: an app with one wrong function has none.
Specification: functions-python sections 2.1, 2.2 and 3.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

import msgspec
from azure.functions import FunctionRegister

from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.python.app_modules import AppModules
from webpubsub.host.python.retries import retry_of
from webpubsub.host.python.signatures import (
    BoundBinding,
    LoadedFunction,
    SignatureError,
    check_signature,
)
from webpubsub.host.python.tracebacks import app_traceback, one_line
from webpubsub.host.python.web_framework import (
    WebFramework,
    forget_framework,
    imported_framework,
)
from webpubsub.host.worker import AppError

_SCRIPT_SETTING: Final = "PYTHON_SCRIPT_FILE_NAME"
_DEFAULT_SCRIPT: Final = "function_app.py"
_SCRIPT_NAME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_\-]*\.py")
_DIRECTIONS = ("in", "out", "inout")


class IndexedFunction(msgspec.Struct, frozen=True):
    """A function as the host sees it, and how to make it ready to be called.

    ``load`` raises FunctionLoadError.
    """

    metadata: FunctionMetadata
    load: Callable[[], LoadedFunction]


def script_name(environment: Mapping[str, str]) -> str:
    """The file that declares the app's functions. Raises AppError for a name that is no script."""
    name = environment.get(_SCRIPT_SETTING) or _DEFAULT_SCRIPT
    if _SCRIPT_NAME.fullmatch(name) is None:
        raise AppError(
            f"{_SCRIPT_SETTING} is '{name}', and must be the name of a Python file in the app's "
            "root: letters, digits, '_' and '-', then '.py'."
        )
    return name


def index_script(modules: AppModules, script: str) -> list[IndexedFunction]:
    """Import a script and find its functions. Raises AppError."""
    forget_framework()
    module = _import(modules, script)
    framework = imported_framework()
    app = _app_object(module, script)
    try:
        with _without_remarks():
            functions = app.get_functions()
        return [_indexed(function, modules.directory, framework) for function in functions]
    except SignatureError as error:
        raise AppError(str(error)) from None
    except Exception as error:
        raise AppError(f"{script}: {one_line(error)}") from None


def _import(modules: AppModules, script: str) -> ModuleType:
    """Whatever user code raises is the user's to see, an attempt to exit included."""
    try:
        return modules.import_script(script)
    except (Exception, SystemExit) as error:
        raise AppError(
            f"{script} cannot be imported: {type(error).__name__}: {one_line(error)}"
            f"{_missing_module_help(error)}",
            app_traceback(error, modules.directory),
        ) from None


def _missing_module_help(error: BaseException) -> str:
    if not isinstance(error, ModuleNotFoundError):
        return ""
    return ". Install its package in the environment that runs the app (see requirements.txt)."


def _app_object(module: ModuleType, script: str) -> FunctionRegister:
    """Two names count as two apps even when they are one object, as in the real worker."""
    apps = {name: item for name, item in vars(module).items() if isinstance(item, FunctionRegister)}
    if not apps:
        raise AppError(
            f"{script} has no function app. Write 'app = func.FunctionApp()' or "
            "'app = wps.WebPubSubApp()' at its top level."
        )
    if len(apps) > 1:
        raise AppError(
            f"{script} has more than one function app: {', '.join(apps)}. Keep one name for one "
            "app, and use blueprints to divide it."
        )
    return next(iter(apps.values()))


@contextmanager
def _without_remarks() -> Iterator[None]:
    """The library warns every app without HTTP functions that it has none."""

    def is_of_app(record: logging.LogRecord) -> bool:
        return "get_functions" not in record.funcName

    root = logging.getLogger()
    root.addFilter(is_of_app)
    try:
        yield
    finally:
        root.removeFilter(is_of_app)


def _indexed(function: Any, directory: Path, framework: WebFramework | None) -> IndexedFunction:
    name = function.get_function_name()
    bindings = _bound(function.get_bindings())
    loaded = check_signature(function.get_user_function(), name, bindings, framework=framework)
    metadata = FunctionMetadata(
        id=str(uuid5(NAMESPACE_OID, name)),
        name=name,
        bindings=tuple(Binding(json.loads(raw)) for raw in function.get_raw_bindings()),
        script_file=str(directory / function.function_script_file),
        entry_point=name,
        retry=retry_of(function, name),
        streams_http=loaded.framework is not None,
    )

    def load() -> LoadedFunction:
        return loaded

    return IndexedFunction(metadata, load)


def _bound(bindings: Sequence[Any]) -> list[BoundBinding]:
    """``type`` is the worker's own, such as ``wps.trigger``; the raw binding has the public one."""
    return [
        BoundBinding(name=item.name, type=item.type, direction=_DIRECTIONS[item.direction])
        for item in bindings
    ]
