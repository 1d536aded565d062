"""Whether a port is free."""

import socket

import pytest

from tests.cli.processes import free_port
from webpubsub.cli.doctor.finding import Level
from webpubsub.cli.doctor.ports import port


def test_a_free_port() -> None:
    """It stays free."""
    number = free_port()
    assert port(str(number), "service", "--service-port").level is Level.OK
    with socket.create_server(("127.0.0.1", number)):
        pass


def test_a_port_that_is_taken() -> None:
    """The option is named by which to choose another one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        finding = port(str(listener.getsockname()[1]), "service", "--service-port")
    assert (finding.level, finding.code) == (Level.WARNING, "port.service")
    assert finding.what.endswith("cannot be listened on now: another process uses it")
    assert "--service-port" in (finding.mend or "")


@pytest.mark.parametrize("number", ["", "many", "70000", "-1"])
def test_what_is_no_port(number: str) -> None:
    """It may come from a file."""
    assert port(number, "functions", "--port").level is Level.ERROR
