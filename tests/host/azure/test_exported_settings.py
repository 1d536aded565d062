"""Settings as the tools of Azure write them."""

from pathlib import Path

import pytest

from webpubsub.host.azure.exported_settings import read_exported_settings
from webpubsub.host.errors import HostError


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ('[{"name": "A", "slotSetting": false, "value": "1"}]', {"A": "1"}),
        ('[{"name": "A", "value": null}, {"name": "B", "value": ""}]', {"B": ""}),
        ('{"A": "1", "B": 2}', {"A": "1", "B": "2"}),
        ('{"IsEncrypted": false, "Values": {"A": "1"}}', {"A": "1"}),
        ("\ufeff{}", {}),
        ("[]", {}),
    ],
)
def test_what_is_read(text: str, settings: dict[str, str], tmp_path: Path) -> None:
    """Names and values, whatever the form."""
    file = tmp_path / "azure.json"
    file.write_text(text, encoding="utf-8")
    assert read_exported_settings(file) == settings


@pytest.mark.parametrize(
    "text", ["", "{", "5", "null", '"A"', "[1]", '[{"value": "x"}]', '{"A": {}}', '{"Values": 5}']
)
def test_what_holds_no_settings(text: str, tmp_path: Path) -> None:
    """It says what was expected."""
    file = tmp_path / "azure.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(HostError, match=r"azure\.json .*'az functionapp config appsettings list'"):
        read_exported_settings(file)


def test_no_file(tmp_path: Path) -> None:
    """One line."""
    with pytest.raises(HostError, match=r"azure\.json cannot be read: No such file"):
        read_exported_settings(tmp_path / "azure.json")
