"""JSON files with comments."""

from pathlib import Path

import pytest

from webpubsub.host.settings.json_files import JsonFileError, read_json_object


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1} // end', {"a": 1}),
        ('/* first */ {"a": /* in */ 1}', {"a": 1}),
        ('{"url": "http://x/*y*/"}', {"url": "http://x/*y*/"}),
        ('{"quote": "\\"// no comment"}', {"quote": '"// no comment'}),
        ('{\n// "a": 0,\n"a": 1\n}', {"a": 1}),
        ('\ufeff{"a": 1}', {"a": 1}),
    ],
)
def test_comments_are_not_content(tmp_path: Path, text: str, expected: object) -> None:
    assert read_json_object(_write(tmp_path / "f.json", text)) == expected


def test_a_mistake_is_named_with_its_true_position(tmp_path: Path) -> None:
    """Comments before the mistake do not move it."""
    path = _write(tmp_path / "f.json", '{\n/* two\nlines */ "a" 1\n}')
    with pytest.raises(JsonFileError, match=r"f\.json is not valid JSON: .* at line 3 column 14"):
        read_json_object(path)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("[]", "an array"), ('"x"', "a string"), ("1", "a number"), ("null", "null"), ("true", "a b")],
)
def test_only_an_object_will_do(tmp_path: Path, text: str, kind: str) -> None:
    with pytest.raises(JsonFileError, match=f"must hold a JSON object, not {kind}"):
        read_json_object(_write(tmp_path / "f.json", text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a":' * 500_000, "nests too deeply"),
        ('{"a": ' + "[" * 500_000 + "]" * 500_000 + "}", "nests too deeply"),
        ('{"a": ' + "9" * 5_000 + "}", "has a number with thousands of digits"),
    ],
)
def test_what_python_cannot_take_is_refused_as_well(
    tmp_path: Path, text: str, message: str
) -> None:
    """In the same way as any other mistake."""
    with pytest.raises(JsonFileError, match=message):
        read_json_object(_write(tmp_path / "f.json", text))


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(JsonFileError, match="is not UTF-8"):
        read_json_object(path)
