"""Whether the ports are free on which an app would listen."""

import errno
import socket

from webpubsub.cli.doctor.finding import Finding, error, ok, warning

_HIGHEST = 65_535


def port(number: str, purpose: str, option: str) -> Finding:
    """The port with this number, as it is set."""
    code = f"port.{purpose}"
    if not (number.isascii() and number.isdigit() and int(number) <= _HIGHEST):
        return error(code, f"'{number}' is no port", f"Set a number from 0 to {_HIGHEST}.")
    problem = _problem(int(number))
    if problem is None:
        return ok(code, f"{number} is free")
    what = f"{number} cannot be listened on now: {problem}"
    return warning(code, what, f"Stop what uses it, or choose another one with {option}.")


def _problem(number: int) -> str | None:
    try:
        with socket.create_server(("127.0.0.1", number)):
            return None
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            return "another process uses it"
        return (problem.strerror or str(problem)).lower()
