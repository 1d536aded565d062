"""What commands say."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

import typer

from webpubsub.composition.addresses import is_loopback

if TYPE_CHECKING:
    from webpubsub.host.errors import HostError

#: By these, as ``func`` does, a command knows that continuous integration runs it.
_UNATTENDED = ("CI", "CONTINUOUS_INTEGRATION", "BUILD_NUMBER", "RUN_ID")


def runs_unattended(environment: Mapping[str, str]) -> bool:
    """Whether nobody is there to start the command again with more to see.

    Specification: functions-python section 13.2.
    """
    return any(environment.get(name) for name in _UNATTENDED)


def fail(message: str) -> NoReturn:
    """End the command with exit code 1 and one line that says why."""
    tell_error(message)
    raise typer.Exit(1)


def tell_error(message: str) -> None:
    """Something went wrong, and the command goes on."""
    typer.secho(f"error: {message}", fg=typer.colors.RED, err=True)


def tell_problem(problem: "HostError") -> None:
    """Why an app cannot run, after the user's own traceback if there is one."""
    if problem.traceback:
        typer.echo(problem.traceback.rstrip(), err=True)
    tell_error(str(problem))


def timed_line(text: str) -> None:
    """A line of the host's own, in the form of those of the log."""
    time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    typer.echo(f"[{time}] {text}")


def note(message: str) -> None:
    """Something that is good to know, and needs no mending."""
    typer.echo(f"note: {message}", err=True)


def warn(message: str) -> None:
    """Something the user should know before it surprises them."""
    typer.secho(f"warning: {message}", fg=typer.colors.YELLOW, err=True)


def warn_if_open_to_all(address: str, *, uses_development_key: bool) -> None:
    """Warn that a key everybody knows guards a service that others can reach."""
    if uses_development_key and not is_loopback(address):
        warn(
            f"the service can be reached from other machines at {address} and has the well-known "
            "development key, with which anybody can sign tokens"
        )


def warn_if_anybody_may_call(address: str, *, asks_for_keys: bool) -> None:
    """Warn that others can reach functions, and the administration, which ask for no key."""
    if not asks_for_keys and not is_loopback(address):
        warn(
            f"the app can be reached from other machines at {address} and asks nobody for a key, "
            "not even below /admin: start it with --enable-auth"
        )
