"""What commands say.

Specification: functions-python section 13.2.
"""

import pytest
import typer

from webpubsub.cli.console import (
    fail,
    runs_unattended,
    warn,
    warn_if_anybody_may_call,
    warn_if_open_to_all,
)


def test_a_failure_is_one_line_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    """On the error stream, and nothing else."""
    with pytest.raises(typer.Exit) as ended:
        fail("no such thing")
    assert ended.value.exit_code == 1
    assert capsys.readouterr() == ("", "error: no such thing\n")


def test_a_warning_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """And does not end anything."""
    warn("mind the gap")
    assert capsys.readouterr() == ("", "warning: mind the gap\n")


@pytest.mark.parametrize(
    ("address", "key_is_known", "warned"),
    [
        ("127.0.0.1", True, False),
        ("0.0.0.0", True, True),
        ("0.0.0.0", False, False),
    ],
)
def test_a_known_key_on_an_open_address_is_warned_of(
    capsys: pytest.CaptureFixture[str], address: str, key_is_known: bool, warned: bool
) -> None:
    """Either alone is fine."""
    warn_if_open_to_all(address, uses_development_key=key_is_known)
    assert ("development key" in capsys.readouterr().err) is warned


@pytest.mark.parametrize(
    ("variables", "unattended"),
    [
        ({}, False),
        ({"CI": ""}, False),
        ({"GITHUB_ACTIONS": "true"}, False),
        ({"CI": "true"}, True),
        ({"CONTINUOUS_INTEGRATION": "1"}, True),
        ({"BUILD_NUMBER": "7"}, True),
        ({"RUN_ID": "x"}, True),
    ],
)
def test_variables_say_that_nobody_looks_on(variables: dict[str, str], unattended: bool) -> None:
    """Those by which the official tool knows it, with any value."""
    assert runs_unattended(variables) is unattended


@pytest.mark.parametrize(
    ("address", "asks_for_keys", "warned"),
    [
        ("localhost", False, False),
        ("0.0.0.0", False, True),
        ("0.0.0.0", True, False),
    ],
)
def test_an_app_that_anybody_may_call_is_warned_of(
    capsys: pytest.CaptureFixture[str], address: str, asks_for_keys: bool, warned: bool
) -> None:
    """With what mends it."""
    warn_if_anybody_may_call(address, asks_for_keys=asks_for_keys)
    assert ("--enable-auth" in capsys.readouterr().err) is warned
