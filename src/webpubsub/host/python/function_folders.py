"""Finds the functions that an app declares with folders that hold a function.json.

Each function is loaded on its own, so that a wrong one harms no other.
Specification: functions-python sections 2.3 and 10.2.
"""

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.python.app_modules import AppModules
from webpubsub.host.python.indexing import IndexedFunction
from webpubsub.host.python.signatures import (
    BoundBinding,
    LoadedFunction,
    SignatureError,
    check_signature,
)
from webpubsub.host.python.tracebacks import app_traceback, one_line
from webpubsub.host.settings.json_files import JsonFileError, read_json_object
from webpubsub.host.worker import FunctionLoadError
from webpubsub.protocol.spelling import did_you_mean

_logger = logging.getLogger(__name__)

_FUNCTION_JSON: Final = "function.json"
_DEFAULT_ENTRY_POINT: Final = "main"


def index_folders(modules: AppModules) -> list[IndexedFunction]:
    """The functions of an app's folders, those included that cannot be loaded."""
    return [_indexed(folder, modules) for folder in _folders(modules.directory)]


def warn_of_ignored_folders(directory: Path, script: str) -> None:
    """Say which functions the app does not have because it has a script."""
    names = ", ".join(folder.name for folder in _folders(directory))
    if names:
        _logger.warning(
            "The app has %s, so the functions with a %s are ignored: %s. Move them into the "
            "script, or remove it.",
            script,
            _FUNCTION_JSON,
            names,
        )


def _folders(directory: Path) -> list[Path]:
    return sorted(path.parent for path in directory.glob(f"*/{_FUNCTION_JSON}"))


def _indexed(folder: Path, modules: AppModules) -> IndexedFunction:
    try:
        document = {key.lower(): item for key, item in read_json_object(_json_of(folder)).items()}
        bindings = _bindings(document.get("bindings"), folder)
        script = _script(folder, _name(folder, "scriptFile", document.get("scriptfile")))
        entry_point = _name(folder, "entryPoint", document.get("entrypoint"))
    except (JsonFileError, OSError, FunctionLoadError) as error:
        return IndexedFunction(_metadata(folder), partial(_fail, str(error)))
    metadata = _metadata(folder, document, bindings, script, entry_point)
    return IndexedFunction(metadata, partial(_load, metadata, folder, modules))


def _json_of(folder: Path) -> Path:
    return folder / _FUNCTION_JSON


def _metadata(
    folder: Path,
    document: Mapping[str, Any] = {},
    bindings: tuple[Binding, ...] = (),
    script: Path | None = None,
    entry_point: str | None = None,
) -> FunctionMetadata:
    return FunctionMetadata(
        id=str(uuid5(NAMESPACE_OID, folder.name)),
        name=folder.name,
        bindings=bindings,
        script_file="" if script is None else str(script),
        entry_point=entry_point or _DEFAULT_ENTRY_POINT,
        disabled=document.get("disabled") is True,
        retry=document.get("retry"),
    )


def _fail(message: str) -> LoadedFunction:
    raise FunctionLoadError(message)


def _bindings(value: object, folder: Path) -> tuple[Binding, ...]:
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise FunctionLoadError(
            f"{_json_of(folder)}: bindings must be an array of objects, each with name, type and "
            "direction."
        )
    bindings = tuple(Binding(item) for item in value)
    for position, binding in enumerate(bindings, start=1):
        if not isinstance(binding.get("name"), str):
            raise FunctionLoadError(
                f"{_json_of(folder)}: binding {position} has no 'name' that is a string. Write the "
                "name of the parameter it is for, or '$return'."
            )
    return bindings


def _name(folder: Path, member: str, value: object) -> str | None:
    """A name in the document, None when it is absent. Raises FunctionLoadError."""
    if value is None or (isinstance(value, str) and "\0" not in value):
        return value or None
    raise FunctionLoadError(
        f"{_json_of(folder)}: {member} is {value!r}, and must be a name, in quotes."
    )


def _script(folder: Path, named: str | None) -> Path:
    """The file that is named; else the only one there is, then ``run.*``, then ``__init__.py``."""
    if named:
        return _existing((folder / named).resolve(), folder)
    files = [path for path in folder.iterdir() if path.is_file() and path.name != _FUNCTION_JSON]
    if len(files) == 1:
        return files[0]
    chosen = [path for path in sorted(files) if path.stem.lower() == "run"]
    chosen += [path for path in files if path.name.lower() == "__init__.py"]
    return chosen[0] if chosen else _existing(folder / "__init__.py", folder)


def _existing(script: Path, folder: Path) -> Path:
    if script.is_file():
        return script
    raise FunctionLoadError(
        f"{script} does not exist. Create it, or name the function's file as 'scriptFile' in "
        f"{_json_of(folder)}."
    )


def _load(metadata: FunctionMetadata, folder: Path, modules: AppModules) -> LoadedFunction:
    module = _import(Path(metadata.script_file), modules)
    function = getattr(module, metadata.entry_point, None)
    if not callable(function):
        names = [name for name, item in vars(module).items() if callable(item)]
        raise FunctionLoadError(
            f"{metadata.script_file} has no function '{metadata.entry_point}'."
            f"{did_you_mean(metadata.entry_point, names)} Add it, or name another as 'entryPoint' "
            f"in {_json_of(folder)}."
        )
    bound = [
        BoundBinding(name=item.name, type=item.type, direction=item.direction)
        for item in metadata.bindings
    ]
    try:
        return check_signature(function, metadata.name, bound, str(folder))
    except SignatureError as error:
        raise FunctionLoadError(str(error)) from None


def _import(script: Path, modules: AppModules) -> ModuleType:
    if script.suffix != ".py" or not script.is_relative_to(modules.directory):
        raise FunctionLoadError(
            f"{script} is not a Python file of the app. Name one below {modules.directory} as "
            "'scriptFile'."
        )
    parts = script.relative_to(modules.directory).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    try:
        return modules.import_from_package(parts)
    except (Exception, SystemExit) as error:
        raise FunctionLoadError(
            f"{script} cannot be imported: {type(error).__name__}: {one_line(error)}\n"
            f"{app_traceback(error, modules.directory).rstrip()}"
        ) from None
