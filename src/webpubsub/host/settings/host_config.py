"""host.json, with the environment's ``AzureFunctionsJobHost__a__b`` laid over it.

Specification: functions-python sections 8.5, 8.6 and 10.1.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from webpubsub.host.errors import HostError
from webpubsub.host.settings.json_files import JsonFileError, read_json_object
from webpubsub.host.settings.retry_policy import RetryPolicy
from webpubsub.host.settings.time_spans import parse_time_span

logger = logging.getLogger("webpubsub.host.settings")

DEFAULT_FUNCTION_TIMEOUT = 30 * 60.0
_OVERRIDE_PREFIX = "azurefunctionsjobhost"
#: What holds settings and is none itself.
_SECTIONS = ("extensions", "extensions:http", "extensions:webPubSub", "logging")
_BOOLEANS = {"true": True, "false": False}


class HostConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a host.

    ``raw`` is the document itself. ``function_timeout`` is in seconds, None when unlimited.
    ``functions`` is the allow-list in lower case, None when every function runs. ``log_levels``
    maps a category, or ``default``, to the name of a .NET log level; ``user_log_level``
    wins over it for what code of the app logs. ``watch_files`` (names) and
    ``watch_directories`` (below the root) are watched besides the app's own files. ``retry`` is for
    functions without a policy of their own.
    """

    raw: Mapping[str, Any] = msgspec.field(default_factory=lambda: {"version": "2.0"})
    function_timeout: float | None = DEFAULT_FUNCTION_TIMEOUT
    functions: frozenset[str] | None = None
    log_levels: Mapping[str, str] = msgspec.field(default_factory=dict)
    user_log_level: str | None = None
    retry: RetryPolicy | None = None
    watch_files: tuple[str, ...] = ()
    watch_directories: tuple[str, ...] = ()

    @classmethod
    def load(cls, app_directory: Path, environment: Mapping[str, str]) -> "HostConfig":
        """The configuration of an app; defaults when it has no host.json. Raises HostError."""
        path = app_directory / "host.json"
        try:
            document = read_json_object(path)
        except FileNotFoundError:
            document = {"version": "2.0"}
        except JsonFileError as error:
            raise HostError(str(error)) from None
        return cls.from_document(document, environment)

    @classmethod
    def from_document(
        cls, document: Mapping[str, Any], environment: Mapping[str, str] | None = None
    ) -> "HostConfig":
        """The configuration in a parsed host.json. Raises HostError."""
        raw = _overlay(document, environment or {})
        unread = cls(raw=raw)
        _check_version(unread.get("version"))
        return cls(
            raw=raw,
            function_timeout=_timeout(unread.text("functionTimeout")),
            functions=_lowered(unread.texts("functions")),
            log_levels=_log_levels(unread.get("logging:logLevel")),
            retry=_retry(unread.get("retry")),
            watch_files=unread.texts("watchFiles") or (),
            watch_directories=unread.texts("watchDirectories") or (),
        )

    def tell_of_sections(self) -> None:
        """Log what is no object where a section is wanted: Azure reads nothing of it, silently."""
        for path in _SECTIONS:
            value = self.get(path)
            if not isinstance(value, Mapping | type(None)):
                logger.warning(
                    "host.json: %s is %r, and nothing is read of it: it must be an object.",
                    path.replace(":", "."),
                    value,
                )

    def with_user_level(self, level: str) -> "HostConfig":
        """The same, with a level for what code of the app logs, whatever host.json says of it.
        Raises HostError for a level that is none."""
        if level.lower() not in LOG_LEVELS:
            raise HostError(
                f"the log level of the app's code is '{level}', and must be one of "
                f"{', '.join(LOG_LEVEL_NAMES)}."
            )
        return msgspec.structs.replace(self, user_log_level=level.lower())

    def get(self, path: str) -> Any:
        """The value at a path such as ``extensions:http:routePrefix``, in any letter case, or
        None."""
        value: Any = self.raw
        for name in path.split(":"):
            value = _child(value, name)
        return value

    def extension(self, name: str) -> Mapping[str, Any]:
        """The settings of an extension as they are written; empty when there are none.

        Values laid over by the environment are text: ``text``, ``integer`` and ``flag`` read both.
        """
        value = self.get(f"extensions:{name}")
        return value if isinstance(value, Mapping) else {}

    def text(self, path: str, default: str | None = None) -> str | None:
        """A string or number as text. Raises HostError for anything else."""
        value = self.get(path)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise _wrong(path, value, "a string")
        return str(value)

    def integer(self, path: str, default: int) -> int:
        """A whole number, also when written as text. Raises HostError for anything else."""
        value = self.get(path)
        if value is None:
            return default
        try:
            if isinstance(value, bool | float):
                raise ValueError
            return int(value)
        except (TypeError, ValueError):
            raise _wrong(path, value, "a whole number") from None

    def texts(self, path: str) -> tuple[str, ...] | None:
        """An array of strings, also when the environment lays its items over it one by one; None
        when it is not set. Raises HostError for anything else."""
        value = self.get(path)
        if value is None:
            return None
        items = list(value.values()) if isinstance(value, Mapping) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise _wrong(path, value, "an array of names")
        return tuple(items)

    def flag(self, path: str, default: bool) -> bool:
        """A boolean, also when written as text. Raises HostError for anything else."""
        value = self.get(path)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        if str(value).lower() not in _BOOLEANS:
            raise _wrong(path, value, "true or false")
        return _BOOLEANS[str(value).lower()]


def _lowered(texts: tuple[str, ...] | None) -> frozenset[str] | None:
    """An empty array is no array: the official host flattens the document, and loses it."""
    return frozenset(text.lower() for text in texts) if texts else None


def _wrong(path: str, value: object, wanted: str) -> HostError:
    name = path.replace(":", ".")
    return HostError(f"host.json: {name} is {value!r}, and must be {wanted}.")


def _child(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        return None
    return value.get(_same_name(value, name))


def _same_name(values: Mapping[str, Any], name: str) -> str:
    """The key that equals ``name`` in any letter case, or ``name`` itself."""
    lowered = name.lower()
    return next((key for key in values if key.lower() == lowered), name)


def _overlay(document: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    merged = _copied(document)
    for variable in sorted(environment):
        prefix, *path = variable.replace("__", ":").split(":")
        if prefix.lower() == _OVERRIDE_PREFIX and all(path) and path:
            _put(merged, path, environment[variable])
    return merged


def _copied(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copied(v) if isinstance(v, Mapping) else v for key, v in value.items()}


def _put(node: dict[str, Any], path: list[str], value: str) -> None:
    """Lists become objects with the positions as names, which is how the environment reaches into
    them."""
    *parents, last = path
    for name in parents:
        name = _same_name(node, name)
        child = node.get(name)
        if isinstance(child, list):
            child = {str(position): item for position, item in enumerate(child)}
        node[name] = child if isinstance(child, dict) else {}
        node = node[name]
    node[_same_name(node, last)] = value


def _check_version(version: object) -> None:
    if version != "2.0":
        raise HostError(
            f'host.json: version is {version!r}, and must be "2.0". Add "version": "2.0" to it.'
        )


def _timeout(text: str | None) -> float | None:
    if text is None:
        return DEFAULT_FUNCTION_TIMEOUT
    if text.strip() == "-1":
        return None
    try:
        seconds = parse_time_span(text)
    except ValueError as error:
        raise HostError(f'host.json: functionTimeout: {error}, or "-1" for no limit.') from None
    if seconds < 1:
        raise HostError(
            f'host.json: functionTimeout is {text!r}, and must be at least 00:00:01, or "-1" '
            "for no limit."
        )
    return seconds


def _retry(value: object) -> RetryPolicy | None:
    if value is None:
        return None
    try:
        return RetryPolicy.parse(value)
    except ValueError as error:
        raise HostError(f"host.json: {error}") from None


def _log_levels(value: object) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong("logging:logLevel", value, "an object of category names and levels")
    for category, level in value.items():
        if str(level).lower() not in LOG_LEVELS:
            raise _wrong(
                f"logging:logLevel:{category}", level, f"one of {', '.join(LOG_LEVEL_NAMES)}"
            )
    return {category: str(level).lower() for category, level in value.items()}


LOG_LEVEL_NAMES = ("Trace", "Debug", "Information", "Warning", "Error", "Critical", "None")
LOG_LEVELS = frozenset(name.lower() for name in LOG_LEVEL_NAMES)
