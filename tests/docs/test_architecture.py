"""The page on architecture has all packages and folders of the contracts, from above to below."""

import re
import tomllib
from typing import Any

import pytest

from tests.cli.processes import ROOT

PAGE = (ROOT / "docs/topics/architecture.md").read_text(encoding="utf-8")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = SETTINGS["tool"]["importlinter"]["contracts"]
HOUSE, SERVICE, HOST = (one for one in CONTRACTS if one["type"] == "layers")


@pytest.mark.parametrize(
    ("heading", "contract", "folder"),
    [
        ("The layers", HOUSE, "src/webpubsub"),
        ("Inside the service", SERVICE, "src/webpubsub/service"),
        ("Inside the host", HOST, "src/webpubsub/host"),
    ],
)
def test_the_page_knows_every_floor(heading: str, contract: dict[str, Any], folder: str) -> None:
    """In the order of the contract; what is on one floor may stand in any order."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    shown = [
        name
        for names in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
        for name in re.findall("`(.*?)`", names)
    ]
    floors = [
        [part.strip().removeprefix("webpubsub.") for part in floor.split("|")]
        for floor in contract["layers"]
    ]
    levels = {
        name: level
        for level, floor in enumerate(floors)
        for name in floor
        if (ROOT / folder / name).is_dir()
    }
    assert set(shown) == set(levels)
    assert [levels[room] for room in shown] == sorted(levels.values())
