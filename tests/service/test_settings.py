"""The settings of the service.

Specification: client-protocols section 10, rest-api sections 2 and 10, upstream-events section 17.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.session_limits import SessionLimits
from webpubsub.service.settings import DEVELOPMENT_KEY, RANGES, Range, ServiceSettings

KEY = "k" * 32


def test_defaults() -> None:
    """Without settings, the service has the documented numbers (client-protocols section 10)."""
    settings = ServiceSettings()
    assert settings.access_keys == (DEVELOPMENT_KEY,)
    assert (settings.address, settings.port) == ("127.0.0.1", 8080)
    assert settings.public_endpoint is None
    assert settings.max_message_bytes == 1_048_576
    assert (settings.max_queued_messages, settings.max_queued_bytes) == (1000, 16_777_216)
    assert (settings.max_buffered_messages, settings.max_buffered_bytes) == (1000, 16_777_216)
    assert (settings.max_permission_groups, settings.max_permission_patterns) == (1000, 9)
    assert (settings.max_remembered_acks, settings.max_groups) == (1000, None)
    assert settings.session_limits == SessionLimits()
    assert (settings.ping_interval, settings.recovery_window) == (20, 30)
    assert settings.python_client_ack_delay >= 0.002


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"access_keys": ()}, "at least one access key"),
        ({"access_keys": ("short",)}, "access key 1 is shorter than 32 bytes"),
        ({"access_keys": (KEY, "k" * 31)}, "access key 2 is shorter than 32 bytes"),
        ({"access_keys": (KEY + ";",)}, "access key 1 contains a semicolon"),
        ({"access_keys": (KEY + "\n",)}, "access key 1 contains a control character"),
        ({"access_keys": (" " + KEY,)}, "access key 1 begins or ends with white space"),
        ({"port": -1}, "port must be 0 to 65535, and is -1"),
        ({"port": 65_536}, "port must be 0 to 65535, and is 65536"),
        ({"ping_interval": 0.5}, "ping_interval must be 1 to 120 seconds, and is 0.5"),
        ({"ping_interval": 121}, "1 to 120 seconds, and is 121"),
        ({"public_endpoint": "example.com"}, "https://example.com, and is 'example.com'"),
        ({"public_endpoint": "ftp://example.com"}, "and is 'ftp://example.com'"),
        ({"public_endpoint": "http://"}, "and is 'http://'"),
        ({"public_endpoint": "https://example.com/wps"}, "without a path, such as"),
        ({"public_endpoint": "https://example.com/?a=b"}, "without a path, such as"),
    ],
)
def test_values_out_of_range(given: dict[str, object], problem: str) -> None:
    """The error names the setting, what was wanted and what was seen."""
    with pytest.raises(ValueError, match=problem):
        ServiceSettings(**given)  # type: ignore[arg-type]


NUMBERS = sorted(
    name
    for name, kind in ServiceSettings.__annotations__.items()
    if kind in (int, float, int | None)
)


def test_every_number_has_a_range() -> None:
    """A number that nobody thought about would be found out only where it is used."""
    assert sorted(RANGES) == NUMBERS


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_out_of_range(name: str) -> None:
    """The ends of each range are taken, what is beyond them is not, nor is what is no number."""
    allowed = RANGES[name]
    most = 10**12 if allowed.most is None else allowed.most
    wrong = [allowed.least - 1, -math.inf, math.nan]
    wrong += [] if allowed.most is None else [most + 1, math.inf]
    for value in wrong:
        with pytest.raises(ValueError, match=f"^{name} must be .* and is {value}$"):
            ServiceSettings(**{name: value})  # type: ignore[arg-type]
    for value in (allowed.least, most):
        assert getattr(ServiceSettings(**{name: value}), name) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("allowed", "text"),
    [(Range(1), "1 or more"), (Range(1, 120, " seconds"), "1 to 120 seconds")],
)
def test_a_range_in_words(allowed: Range, text: str) -> None:
    """As an error says it."""
    assert str(allowed) == text


@pytest.mark.parametrize(
    ("endpoint", "authority"),
    [
        (None, None),
        ("https://example.com", "example.com"),
        ("http://example.com:8080/", "example.com:8080"),
        ("https://[::1]:1", "[::1]:1"),
    ],
)
def test_public_authority(endpoint: str | None, authority: str | None) -> None:
    """The host and port that tokens may be made for besides the one that was dialled."""
    assert ServiceSettings(public_endpoint=endpoint).public_authority == authority


@given(st.text(max_size=40))
def test_a_key_is_taken_or_refused_without_being_told(key: str) -> None:
    """Whatever is wrong with a key, the key does not appear in the error."""
    secret = "s3cr3t" + key
    try:
        told = str(ServiceSettings(access_keys=(secret,)).port)
    except ValueError as error:
        told = str(error)
    assert "s3cr3t" not in told
