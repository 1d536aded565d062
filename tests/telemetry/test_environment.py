"""What the environment asks for."""

import pytest

from webpubsub.telemetry.environment import TelemetryError, wanted_exporters

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
EXPORTER = "OTEL_TRACES_EXPORTER"


@pytest.mark.parametrize(
    ("environment", "exporters"),
    [
        ({}, ()),
        ({"OTEL_SERVICE_NAME": "chat"}, ()),
        ({ENDPOINT: "http://localhost:4318"}, ("otlp",)),
        ({ENDPOINT: " "}, ()),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318/v1/traces"}, ("otlp",)),
        ({EXPORTER: "console"}, ("console",)),
        ({EXPORTER: "OTLP, console"}, ("otlp", "console")),
        ({EXPORTER: "none", ENDPOINT: "http://localhost:4318"}, ()),
        ({EXPORTER: "otlp", "OTEL_SDK_DISABLED": "True"}, ()),
    ],
)
def test_what_is_asked_for(environment: dict[str, str], exporters: tuple[str, ...]) -> None:
    """Nothing, unless it says where traces are to go."""
    assert wanted_exporters(environment) == exporters


def test_an_exporter_that_does_not_exist() -> None:
    """Which ones do is said."""
    with pytest.raises(TelemetryError, match="'zipkin' is no exporter here"):
        wanted_exporters({EXPORTER: "otlp,zipkin"})
