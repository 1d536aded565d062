"""Services elsewhere. Specification: rest-api sections 3 and 5."""

from email.utils import formatdate

import msgspec
import pytest

from tests.cli.processes import free_port
from webpubsub.cli.doctor.finding import Level
from webpubsub.cli.doctor.resources import clock, resources
from webpubsub.host.connections.connection_settings import Connection
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

KEY = "a-key-of-the-service-that-is-long-enough"
NOW = 1_800_000_000.0


async def test_a_service_with_its_key_and_without() -> None:
    """It is asked something that needs the key, and changes nothing."""
    async with Service(ServiceSettings(port=0, access_keys=(KEY,))) as service:
        good = Connection(name="Good", endpoint=service.endpoint, access_key=KEY)
        wrong = msgspec.structs.replace(good, name="Wrong", access_key="k" * 40)
        none = msgspec.structs.replace(good, name="None", access_key=None)
        found = await resources([good, wrong, none])
    said = [(one.level, one.what) for one in found if one.code == "resource"]
    assert [level for level, _ in said] == [Level.OK, Level.ERROR, Level.OK]
    assert "takes the key of Good" in said[0][1]
    assert "answers 401 to the key of Wrong" in said[1][1]
    assert "None has no key to try" in said[2][1]
    assert {one.level for one in found if one.code == "clock"} == {Level.OK}


async def test_a_service_that_is_not_there() -> None:
    """The setting is named that leads there."""
    endpoint = f"http://127.0.0.1:{free_port()}"
    (finding,) = await resources([Connection(name="X", endpoint=endpoint, access_key=KEY)])
    assert finding.level is Level.ERROR
    assert "cannot be reached" in finding.what
    assert "X" in (finding.mend or "")


@pytest.mark.parametrize(
    ("apart", "level", "what"),
    [
        (0, Level.OK, "agrees"),
        (59, Level.OK, "agrees"),
        (-60, Level.WARNING, "60 seconds behind"),
        (299, Level.WARNING, "299 seconds ahead of"),
        (300, Level.ERROR, "300 seconds ahead of"),
        (-4000, Level.ERROR, "tokens are refused"),
    ],
)
def test_clocks(apart: int, level: Level, what: str) -> None:
    """Tokens are valid five minutes around their times, and no longer."""
    (finding,) = clock("https://a.example", formatdate(NOW, usegmt=True), NOW + apart)
    assert finding.level is level
    assert what in finding.what


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_an_answer_without_a_time(date: str | None) -> None:
    """Says nothing about clocks."""
    assert list(clock("https://a.example", date, NOW)) == []
