"""The machine as it is, and as it might be."""

from importlib.metadata import version

import pytest

from webpubsub.cli.doctor.finding import Level
from webpubsub.cli.doctor.machine import machine, open_files, packages, python


def test_the_machine_of_the_tests_is_well() -> None:
    """Packages are installed as the project says."""
    found = list(machine())
    codes = {"python", "packages", "compiled", "extra.identity", "files"}
    assert codes <= {one.code for one in found}
    assert all(one.level is Level.OK for one in found if one.code != "files"), found


@pytest.mark.parametrize(("found", "level"), [((3, 11), Level.OK), ((3, 99), Level.WARNING)])
def test_python(found: tuple[int, int], level: Level) -> None:
    """A newer one than is tested may work."""
    assert python(found).level is level


@pytest.mark.parametrize(
    ("requirement", "what", "mend"),
    [
        (
            "no-such-package>=1",
            "no-such-package is not installed",
            "pip install 'webpubsub[local]'",
        ),
        (
            "aiohttp<1",
            f"aiohttp is {version('aiohttp')}, and must be <1",
            "pip install 'aiohttp<1'",
        ),
        (
            "no-such-package; extra == 'local'",
            "no-such-package is not installed",
            "pip install 'webpubsub[local]'",
        ),
    ],
)
def test_what_is_required(requirement: str, what: str, mend: str) -> None:
    """Missing, or of a version that does not go with this one."""
    finding = next(packages([requirement, "msgspec"]))
    assert (finding.level, finding.what, finding.mend) == (Level.ERROR, what, mend)


@pytest.mark.parametrize(
    ("requirement", "level", "what"),
    [
        ("no-such-package; extra == 'identity'", Level.OK, "not installed, which identities"),
        ("aiohttp<1; extra == 'identity'", Level.ERROR, "aiohttp is"),
        ("aiohttp; extra == 'identity'", Level.OK, "can be used"),
        ("nothing; python_version < '3'", Level.OK, "can be used"),
    ],
)
def test_extras_need_not_be_there(requirement: str, level: Level, what: str) -> None:
    """But if they are, then in a version that goes with this one."""
    finding = next(one for one in packages([requirement]) if one.code == "extra.identity")
    assert finding.level is level
    assert what in finding.what


@pytest.mark.parametrize(
    ("limit", "levels"), [(None, []), (256, [Level.WARNING]), (100_000, [Level.OK])]
)
def test_open_files(limit: int | None, levels: list[Level]) -> None:
    """A low limit is the default of some systems."""
    assert [one.level for one in open_files(limit)] == levels
