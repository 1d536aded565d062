"""The app settings, and the environment that user code sees.

Specification: functions-python sections 9, 10.3 and 11.
"""

import logging
import os
import platform
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import msgspec

from webpubsub.host.errors import HostError
from webpubsub.host.settings.json_files import JsonFileError, read_json_object

LOCAL_SETTINGS = "local.settings.json"

#: Whoever sees it takes this machine for Azure.
_RESERVED = "CONTAINER_NAME"
_RESERVED_FOR = "it is reserved for Azure, where the platform sets it. Choose another name."

_logger = logging.getLogger(__name__)


class _Unreadable(Exception):
    """One wrong member makes the whole file unreadable, as it does for the official tool."""


class LocalSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What local.settings.json holds.

    ``values`` are the variables for the environment, connection strings included; ``host`` is the
    section ``Host`` with its names in lower case: ``localhttpport``, ``localhttpaddress``,
    ``cors``, ``corscredentials``.
    """

    values: Mapping[str, str] = msgspec.field(default_factory=dict)
    host: Mapping[str, str] = msgspec.field(default_factory=dict)


class AppSettings:
    """Looks settings up in an environment, by default that of the process.

    Names match in any letter case, the same case first, and ``:`` equals ``__``.
    """

    def __init__(
        self, environment: MutableMapping[str, str] | None = None, host: Mapping[str, str] = {}
    ) -> None:
        self.environment = os.environ if environment is None else environment
        self.host = host

    @classmethod
    def load(
        cls, app_directory: Path, environment: MutableMapping[str, str] | None = None
    ) -> "AppSettings":
        """Settings with those of local.settings.json added; variables that exist win.

        Raises HostError for an encrypted file, and for a value that no variable can have. A file
        that cannot be read counts for nothing, with a warning, and so does a value in place of
        which another one is set already.
        """
        local = read_local_settings(app_directory)
        settings = cls(environment, local.host)
        for name, value in local.values.items():
            if name.upper() == _RESERVED:
                _logger.warning("Skipping '%s' of %s: %s", name, LOCAL_SETTINGS, _RESERVED_FOR)
            elif settings.environment.setdefault(name, value) != value:
                _logger.warning(
                    "Skipping '%s' of %s: the environment sets it to something else.",
                    name,
                    LOCAL_SETTINGS,
                )
        return settings

    def get(self, name: str) -> str | None:
        """The value of a setting, or None when it is not set."""
        exact = self.environment.get(name.replace(":", "__"))
        if exact is None:
            exact = self.environment.get(name)
        return self._search(name) if exact is None else exact

    def _search(self, name: str) -> str | None:
        wanted = _normal(name)
        found = next((key for key in self.environment if _normal(key) == wanted), None)
        return None if found is None else self.environment.get(found)

    def describe_host(self, app_directory: Path, host_name: str) -> None:
        """Set the variables by which user code knows where it runs; ``host_name`` is
        ``localhost:7071``."""
        directory = str(app_directory)
        self.environment.update(
            AzureWebJobsScriptRoot=directory,
            AZURE_FUNCTIONS_ENVIRONMENT="Development",
            FUNCTIONS_APPLICATION_DIRECTORY=directory,
            FUNCTIONS_WORKER_RUNTIME_VERSION=".".join(platform.python_version_tuple()[:2]),
            WEBSITE_HOSTNAME=host_name,
        )
        self.environment.setdefault("FUNCTIONS_WORKER_RUNTIME", "python")


def _normal(name: str) -> str:
    return name.replace(":", "__").lower()


def read_local_settings(app_directory: Path) -> LocalSettings:
    """The local.settings.json of an app; empty when there is none or it cannot be read.

    Raises HostError when it is encrypted, and for a value that no variable can have.
    """
    path = app_directory / LOCAL_SETTINGS
    try:
        document = {key.lower(): value for key, value in read_json_object(path).items()}
        _check_encryption(document.get("isencrypted", False), path)
        return _parsed(document)
    except FileNotFoundError:
        return LocalSettings()
    except (JsonFileError, _Unreadable) as error:
        _logger.warning("%s is not used at all: %s.", LOCAL_SETTINGS, error)
        return LocalSettings()


def _check_encryption(value: object, path: Path) -> None:
    if value is True or str(value).lower() == "true":
        raise HostError(
            f"{path} is encrypted. Run 'func settings decrypt' in the app's directory, or remove "
            "the encrypted values and set IsEncrypted to false."
        )


def _parsed(document: Mapping[str, Any]) -> LocalSettings:
    connections = _strings(document, "ConnectionStrings")
    host = _strings(document, "Host")
    return LocalSettings(
        values=_strings(document, "Values")
        | {f"ConnectionStrings__{name}": value for name, value in connections.items()},
        host={name.lower(): value for name, value in host.items()},
    )


def _strings(document: Mapping[str, Any], section: str) -> dict[str, str]:
    values = document.get(section.lower())
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise _Unreadable(f"{section} must be an object")
    texts = {
        name: _coerced(value, f"{section}.{name}")
        for name, value in values.items()
        if value is not None
    }
    for name, text in texts.items():
        _check_variable(section, name, text)
    return texts


def _check_variable(section: str, name: str, text: str) -> None:
    if not name or "=" in name:
        raise HostError(
            f"{LOCAL_SETTINGS}: {name!r} in {section} is no name of a variable. Write one with at "
            "least one character and without '='."
        )
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in name + text):
        raise HostError(
            f"{LOCAL_SETTINGS}: {section}.{name!r} holds a character that no variable can "
            "hold: NUL, or half of a surrogate pair. Remove it."
        )


def _coerced(value: object, path: str) -> str:
    if isinstance(value, Mapping | list):
        raise _Unreadable(f"{path} must be a string, not an object or array; write it as text")
    return str(value)
