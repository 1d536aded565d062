"""What commands say on the error stream."""

from ipaddress import ip_address
from typing import NoReturn

import typer


def fail(message: str) -> NoReturn:
    """End the command with exit code 1 and one line that says why."""
    typer.secho(f"error: {message}", fg=typer.colors.RED, err=True)
    raise typer.Exit(1)


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


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host, given as a name or an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
