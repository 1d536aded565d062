"""What the table ``[service]`` of a settings file may say.

Specification: client-protocols section 10.
"""

from pathlib import Path

import pytest

from webpubsub.service.hub_settings.located import HubSettingsError
from webpubsub.service.hub_settings.service_table import service_from_toml
from webpubsub.service.settings import ServiceSettings

PATH = Path("webpubsub.toml")


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("", ServiceSettings()),
        ("[hubs.chat]", ServiceSettings()),
        ("[service]", ServiceSettings()),
        (
            "[service]\nmax_groups = 5\nrecovery_window = 60\nhead_timeout = 0.5",
            ServiceSettings(max_groups=5, recovery_window=60.0, head_timeout=0.5),
        ),
        ("service.max_connections = 0", ServiceSettings(max_connections=0)),
        (
            (
                '[service]\npublic_endpoint = "https://example.com"\n'
                "accept_unvalidated_entra_tokens = true"
            ),
            ServiceSettings(
                public_endpoint="https://example.com", accept_unvalidated_entra_tokens=True
            ),
        ),
    ],
)
def test_what_is_said(text: str, settings: ServiceSettings) -> None:
    """What is not said has its default."""
    assert service_from_toml(text, PATH) == settings


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("max_groups = -1", "service.max_groups is -1, and must be a whole number, 0 or more."),
        ("max_groups = true", "service.max_groups is true, and must be a whole number, 0 or more."),
        ("max_groups = 1.5", "service.max_groups is 1.5, and must be a whole number, 0 or more."),
        ("max_groups = '1'", 'service.max_groups is "1", and must be a whole number, 0 or more.'),
        ("max_gruops = 1", "service has no setting 'max_gruops'. Did you mean 'max_groups'?"),
        (
            "recovery_window = inf",
            "service.recovery_window is Infinity, and must be a number, 0 to 86400 seconds.",
        ),
        (
            "ping_interval = 0",
            "service.ping_interval is 0, and must be a number, 1 to 120 seconds.",
        ),
        (
            "public_endpoint = 'x'",
            'service.public_endpoint is "x", and must be a URL such as https://example.com.',
        ),
        (
            "accept_unvalidated_entra_tokens = 1",
            "service.accept_unvalidated_entra_tokens is 1, and must be true or false.",
        ),
        *(
            (
                f"{name} = 1",
                f"service.{name}: the command line says where to listen and with which key.",
            )
            for name in ("address", "port", "access_keys")
        ),
    ],
)
def test_mistakes(line: str, sentence: str) -> None:
    """The line, the name, what was seen and what was wanted."""
    with pytest.raises(HubSettingsError) as caught:
        service_from_toml(f"[hubs.chat]\n[service]\nclose_timeout = 1\n{line}", PATH)
    assert str(caught.value) == f"webpubsub.toml, line 4: {sentence}"


def test_a_value_that_is_no_table() -> None:
    """The line is that of the value."""
    with pytest.raises(HubSettingsError, match="line 1: service is 3, and must be a table"):
        service_from_toml("service = 3", PATH)
