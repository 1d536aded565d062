"""The files that hold the keys of one app: ``host.json``, and ``NAME.json`` for each function.

Only the user who runs the app can read them. They may be changed while the app runs, by hand or by
``webpubsub keys``: a file is read again when it has become another one.
Specification: functions-python section 5.3.
"""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import quote, unquote

import msgspec

from webpubsub.host.errors import HostError
from webpubsub.host.keys.model import (
    DEFAULT,
    MASTER,
    FunctionKeys,
    HostKeys,
    Key,
    Scope,
    ScopeKind,
    check_key_name,
    given_key,
    new_key,
    system_key_name,
)
from webpubsub.host.settings.app_settings import AppSettings
from webpubsub.host.settings.state_directory import state_directory

_T = TypeVar("_T", bound=HostKeys | FunctionKeys)
_STORAGE_TYPE = "AzureWebJobsSecretStorageType"
_FOLDER = "AzureFunctionsWebHost__SecretsPath"
_FIELDS = {ScopeKind.HOST: "function_keys", ScopeKind.SYSTEM: "system_keys"}


class KeyFilesError(Exception):
    """A file of keys cannot be used; the text names it and what is wrong, and holds no key."""


class KeyFiles:
    """The keys in a folder. Those of the host are made when somebody first asks for them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._host = _File(folder / "host.json", HostKeys)
        self._functions: dict[str, _File[FunctionKeys]] = {}

    @classmethod
    def for_app(cls, app_directory: Path, settings: AppSettings) -> "KeyFiles":
        """The keys of an app: in the user's directory for state, or where a setting says. Raises
        HostError for a kind of storage that is not here."""
        storage = settings.get(_STORAGE_TYPE)
        if storage and storage.lower() != "files":
            raise HostError(
                f"{_STORAGE_TYPE} is '{storage}', and keys are kept in files here: set it to "
                "'files', or remove it."
            )
        folder = settings.get(_FOLDER)
        if folder:
            return cls(app_directory / folder)
        return cls(state_directory("keys", app_directory, settings.environment))

    def open(self, functions: Iterable[str], extensions: Iterable[str] = ()) -> None:
        """Make the keys that are missing: those of the host, one of each function, and the system
        keys of extensions. Raises KeyFilesError."""
        present = {key.name for key in self.host().system_keys}
        for name in map(system_key_name, extensions):
            if name not in present:
                self.put(Scope(ScopeKind.SYSTEM), name)
        for function in functions:
            file = self._file(function)
            if not file.path.exists():
                file.write(FunctionKeys(keys=(new_key(DEFAULT),)))
            file.read()

    def host(self) -> HostKeys:
        """The keys of the host, made when there are none. Raises KeyFilesError."""
        keys = self._host.read()
        if keys is None:
            keys = HostKeys(master_key=new_key(MASTER), function_keys=(new_key(DEFAULT),))
            self._host.write(keys)
        return keys

    def function(self, name: str) -> tuple[Key, ...]:
        """The keys of a function; none when it has no file. Raises KeyFilesError."""
        keys = self._file(name).read()
        return () if keys is None else keys.keys

    def functions(self) -> list[str]:
        """The functions that have keys, in order."""
        paths = sorted(self.folder.glob("*.json"))
        return [unquote(path.stem) for path in paths if path.stem != "host"]

    def keys(self, scope: Scope) -> tuple[Key, ...]:
        """The keys of a scope. Raises KeyFilesError."""
        if scope.kind is ScopeKind.FUNCTION:
            return self.function(scope.function)
        if scope.kind is ScopeKind.MASTER:
            return (self.host().master_key,)
        keys: tuple[Key, ...] = getattr(self.host(), _FIELDS[scope.kind])
        return keys

    def put(self, scope: Scope, name: str, value: str | None = None) -> tuple[Key, bool]:
        """Add a key or replace the one of that name; without a value, by a new one. Says whether it
        was added. Raises InvalidKey and KeyFilesError."""
        if scope.kind is ScopeKind.MASTER:
            name = MASTER
        check_key_name(name)
        key = new_key(name) if value is None else given_key(name, value)
        before = self.keys(scope)
        others = tuple(one for one in before if not _same(one, name))
        self._replace(scope, (*others, key))
        return key, len(others) == len(before)

    def delete(self, scope: Scope, name: str) -> bool:
        """Remove a key; whether there was one. The master key can only be replaced. Raises
        KeyFilesError."""
        before = self.keys(scope)
        left = tuple(one for one in before if not _same(one, name))
        if scope.kind is ScopeKind.MASTER or len(left) == len(before):
            return False
        self._replace(scope, left)
        return True

    def _replace(self, scope: Scope, keys: tuple[Key, ...]) -> None:
        if scope.kind is ScopeKind.FUNCTION:
            self._file(scope.function).write(FunctionKeys(keys=keys))
        elif scope.kind is ScopeKind.MASTER:
            self._host.write(msgspec.structs.replace(self.host(), master_key=keys[-1]))
        else:
            changed = {_FIELDS[scope.kind]: keys}
            self._host.write(msgspec.structs.replace(self.host(), **changed))

    def _file(self, function: str) -> "_File[FunctionKeys]":
        name = function.lower()
        file = self._functions.get(name)
        if file is None:
            path = self.folder / f"{quote(name, safe='')}.json"
            file = self._functions[name] = _File(path, FunctionKeys)
        return file


class _File(Generic[_T]):
    """One file, and what it held when it was read last."""

    def __init__(self, path: Path, kind: type[_T]) -> None:
        self.path = path
        self._kind = kind
        self._seen: tuple[int, int, int] | None = None
        self._keys: _T | None = None

    def read(self) -> _T | None:
        """What it holds, None when it is not there. Raises KeyFilesError."""
        try:
            stat = self.path.stat()
            seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if seen == self._seen:
                return self._keys
            keys = self._parsed(self.path.read_bytes())
        except FileNotFoundError:
            self._seen = self._keys = None
            return None
        except OSError as error:
            raise KeyFilesError(f"{self.path} cannot be read: {error.strerror}.") from None
        self._seen, self._keys = seen, keys
        return keys

    def _parsed(self, content: bytes) -> _T:
        try:
            keys = msgspec.json.decode(content, type=self._kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise KeyFilesError(
                f"{self.path} holds no keys: {error}. Mend it, or remove it to have new keys made."
            ) from None
        for key in _all_keys(keys):
            if key.encrypted or not key.value:
                what = "is encrypted by another host" if key.encrypted else "is empty"
                raise KeyFilesError(
                    f"{self.path}: the key '{key.name}' {what}, and cannot be used. Write a value "
                    "and set 'encrypted' to false, or remove the file to have new keys made."
                )
        return keys

    def write(self, keys: _T) -> None:
        """Put keys in place of those before; a reader sees either. Raises KeyFilesError."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            content = msgspec.json.format(msgspec.json.encode(keys))
            descriptor, fresh = tempfile.mkstemp(dir=self.path.parent, suffix=".new")  # mode 0600
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.replace(fresh, self.path)
        except OSError as error:
            raise KeyFilesError(f"{self.path} cannot be written: {error.strerror}.") from None
        self._seen = None


def _all_keys(keys: HostKeys | FunctionKeys) -> tuple[Key, ...]:
    if isinstance(keys, FunctionKeys):
        return keys.keys
    return (keys.master_key, *keys.function_keys, *keys.system_keys)


def _same(key: Key, name: str) -> bool:
    return key.name.lower() == name.lower()
