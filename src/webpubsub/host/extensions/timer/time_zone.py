"""The clock on the wall that cron schedules follow.

Specification: functions-python section 7.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from webpubsub.host.errors import HostError

_LOCAL_ZONE_FILE = Path("/etc/localtime")


def schedule_zone(
    environment: Mapping[str, str], local_zone_file: Path = _LOCAL_ZONE_FILE
) -> tzinfo:
    """The zone that WEBSITE_TIME_ZONE or TZ names, else the one of this machine.

    Raises HostError for a WEBSITE_TIME_ZONE that is unknown. TZ is not ours, and has spellings that
    only the machine understands.
    """
    if name := environment.get("WEBSITE_TIME_ZONE"):
        return _wanted(name)
    if name := environment.get("TZ"):
        return _named(name.removeprefix(":")) or _fixed()
    return _from_file(local_zone_file) or _fixed()


def _wanted(name: str) -> tzinfo:
    zone = _named(name)
    if zone is None:
        raise HostError(
            f"WEBSITE_TIME_ZONE is '{name}', which is no time zone of this machine. Use a name of "
            "the tz database, such as Europe/Paris."
        )
    return zone


def _named(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _from_file(file: Path) -> tzinfo | None:
    try:
        with file.open("rb") as data:
            return ZoneInfo.from_file(data, key="localtime")
    except (OSError, ValueError):
        return None


def _fixed() -> tzinfo:
    """The offset that this machine has today, where its rules are not to be had."""
    zone = datetime.now().astimezone().tzinfo
    assert zone is not None  # noqa: S101 - astimezone gives every time a zone
    return zone
