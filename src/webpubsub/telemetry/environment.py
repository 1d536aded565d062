"""What the environment variables of OpenTelemetry ask for. Imports nothing of OpenTelemetry."""

from collections.abc import Mapping

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_EXPORTERS = "OTEL_TRACES_EXPORTER"
_DISABLED = "OTEL_SDK_DISABLED"
#: The exporters there are.
OTLP, CONSOLE = "otlp", "console"


class TelemetryError(Exception):
    """The environment asks for something that cannot be had; the text says how to mend it."""


def wanted_exporters(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Where traces are to go; nowhere unless OTEL_TRACES_EXPORTER or an endpoint of OTLP is set.

    Raises TelemetryError for an exporter that does not exist here.
    """
    if environment.get(_DISABLED, "").strip().lower() == "true":
        return ()
    names = environment.get(_EXPORTERS, "").strip().lower()
    if not names:
        return (OTLP,) if any(environment.get(name, "").strip() for name in _ENDPOINTS) else ()
    wanted = tuple(name.strip() for name in names.split(",") if name.strip() not in ("", "none"))
    unknown = [name for name in wanted if name not in (OTLP, CONSOLE)]
    if unknown:
        raise TelemetryError(
            f"{_EXPORTERS} is '{names[:100]}', and '{unknown[0][:100]}' is no exporter here. "
            f"Write {OTLP}, {CONSOLE} or none, or several with commas between."
        )
    return wanted
