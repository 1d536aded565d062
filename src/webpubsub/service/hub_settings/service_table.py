"""What ``webpubsub.toml`` sets for the service as a whole, in its table ``[service]``.

Specification: client-protocols section 10.
"""

from pathlib import Path
from typing import Any

import msgspec

from webpubsub.service.hub_settings.located import Setting
from webpubsub.service.hub_settings.toml_format import toml_setting
from webpubsub.service.settings import RANGES, ServiceSettings

_ELSEWHERE = ("address", "port", "access_keys")
_TYPES = {
    field.name: field.type
    for field in msgspec.structs.fields(ServiceSettings)
    if field.name not in _ELSEWHERE
}


def _wanted(name: str) -> str:
    if name in RANGES:
        return f"{'a number' if _TYPES[name] is float else 'a whole number'}, {RANGES[name]}"
    return "true or false" if _TYPES[name] is bool else "a URL such as https://example.com"


def service_from_toml(text: str, path: Path) -> ServiceSettings:
    """The settings of the service that a TOML text holds; what it does not name has its default.

    ``path`` is its file. Raises HubSettingsError.
    """
    return service_from_setting(toml_setting(text, path))


def service_from_setting(setting: Setting) -> ServiceSettings:
    """The same for everything that such a file holds. Raises HubSettingsError."""
    top = setting.entries()
    if "service" not in top:
        return ServiceSettings()
    for name, setting in top["service"].entries().items():
        if name in _ELSEWHERE:
            setting.fail(
                f"service.{name}: the command line says where to listen and with which key."
            )
    table = top["service"].table(sorted(_TYPES))
    return ServiceSettings(**{name: _value(name, setting) for name, setting in table.items()})


def _value(name: str, setting: Setting) -> Any:
    try:
        value = msgspec.convert(setting.value, _TYPES[name])
        ServiceSettings(**{name: value})
    except (msgspec.ValidationError, ValueError):
        setting.wrong(_wanted(name))
    return value
