"""The clock on the wall that cron schedules follow."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from webpubsub.host.errors import HostError
from webpubsub.host.extensions.timer.time_zone import schedule_zone

_SUMMER = datetime(2024, 7, 1)  # noqa: DTZ001 - given a zone below


def _offset(environment: Mapping[str, str], file: Path) -> timedelta | None:
    return schedule_zone(environment, file).utcoffset(_SUMMER)


@pytest.mark.parametrize(
    ("environment", "hours"),
    [
        ({"WEBSITE_TIME_ZONE": "Europe/Paris"}, 2),
        ({"WEBSITE_TIME_ZONE": "Europe/Paris", "TZ": "Asia/Tokyo"}, 2),
        ({"TZ": ":Asia/Tokyo"}, 9),
        ({"TZ": "UTC"}, 0),
    ],
)
def test_the_environment_names_the_zone(
    environment: Mapping[str, str], hours: int, tmp_path: Path
) -> None:
    """The setting of Azure goes before that of the machine."""
    assert _offset(environment, tmp_path) == timedelta(hours=hours)


@pytest.mark.parametrize("name", ["Eastern Standard Time", "../etc/passwd", "/etc/passwd"])
def test_an_unknown_zone_is_named(name: str, tmp_path: Path) -> None:
    """The error says which setting to mend and how."""
    with pytest.raises(HostError, match=r"WEBSITE_TIME_ZONE is .* Europe/Paris"):
        schedule_zone({"WEBSITE_TIME_ZONE": name}, tmp_path)


def test_the_machine_has_a_zone_of_its_own(tmp_path: Path) -> None:
    """Its rules are read from its file."""
    name = "Asia/Kolkata"
    from importlib.resources import files  # only where the machine has no database

    database = Path("/usr/share/zoneinfo") / name
    if not database.exists():
        database = Path(str(files("tzdata.zoneinfo"))) / name
    assert _offset({}, database) == timedelta(hours=5, minutes=30)


@pytest.mark.parametrize("environment", [{}, {"TZ": "No/Such"}])
def test_a_machine_without_rules_has_the_offset_of_today(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    """A strange TZ and a missing file stop nobody."""
    now = datetime.now().astimezone()
    zone = schedule_zone(environment, tmp_path / "missing")
    assert now.astimezone(zone).utcoffset() == now.utcoffset()
