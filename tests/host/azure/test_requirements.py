"""requirements.txt as pip reads it."""

from pathlib import Path

import pytest

from webpubsub.host.azure.requirements import Requirements


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("azure-functions", ["azure-functions"]),
        ("Azure.Functions == 1.2 # why", ["Azure.Functions==1.2"]),
        ("azure_functions[a]>=1; python_version>'3.8'", None),
        ("azure-functions \\\n  ==1.2 --hash=sha256:00", ["azure-functions==1.2"]),
        ("-e .\n--index-url x\n./wheels/a.whl\n%%%\n", []),
        ("./wheels/azure_functions-1.2-py3-none-any.whl", ["azure-functions==1.2"]),
        ("azure-functions-durable", []),
        ("azure-functions<2\nazure-functions>=2", ["azure-functions<2", "azure-functions>=2"]),
        ("\ufeffazure-functions", ["azure-functions"]),
    ],
)
def test_the_lines_for_a_package(text: str, lines: list[str] | None, tmp_path: Path) -> None:
    """In any spelling; what is no package is passed over."""
    file = tmp_path / "requirements.txt"
    file.write_text(text, encoding="utf-8")
    found = Requirements.read(file)
    assert found is not None
    assert ("azure-functions" in found) is (lines != [])
    if lines is not None:
        assert [str(item) for item in found.of("azure-functions")] == lines


def test_files_that_include_each_other(tmp_path: Path) -> None:
    """Each is read once."""
    (tmp_path / "requirements.txt").write_text("-r b.txt\n-r missing.txt\na", encoding="utf-8")
    (tmp_path / "b.txt").write_text("--requirement requirements.txt\nb", encoding="utf-8")
    found = Requirements.read(tmp_path / "requirements.txt")
    assert found is not None
    assert [len(found.of(name)) for name in ("a", "b")] == [1, 1]


def test_no_file(tmp_path: Path) -> None:
    """Is not an empty one."""
    assert Requirements.read(tmp_path / "requirements.txt") is None
