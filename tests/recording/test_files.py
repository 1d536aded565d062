"""Recordings as files."""

import logging
import stat
from pathlib import Path

import pytest

from webpubsub.recording.files import RecordingError, RecordingFile, read_recording


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Line by line, and by its owner only."""
    file = RecordingFile(tmp_path / "r")
    file.write('{"kind":"ack"}')
    assert read_recording(tmp_path / "r") == [{"kind": "ack"}]  # while it is written
    file.write('{"kind":"ended"}')
    file.close()
    assert [one["kind"] for one in read_recording(tmp_path / "r")] == ["ack", "ended"]
    assert file.entries == 2
    assert stat.S_IMODE((tmp_path / "r").stat().st_mode) == 0o600


def test_a_file_that_exists_is_left_alone(tmp_path: Path) -> None:
    """It may be a recording that somebody wants to keep."""
    (tmp_path / "r").write_text("mine", encoding="utf-8")
    with pytest.raises(RecordingError, match="exists and is not overwritten"):
        RecordingFile(tmp_path / "r")
    assert (tmp_path / "r").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """One line, with the reason."""
    with pytest.raises(RecordingError, match="cannot be written: No such file"):
        RecordingFile(tmp_path / "no" / "r")


def test_a_full_file_says_so_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And stays a recording."""
    file = RecordingFile(tmp_path / "r", most_bytes=20)
    with caplog.at_level(logging.WARNING):
        for _ in range(4):
            file.write('{"kind":"a"}')
    file.close()
    assert len(read_recording(tmp_path / "r")) == file.entries == 1
    assert [record.message for record in caplog.records] == [
        f"{tmp_path / 'r'} is full; nothing more is recorded"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is no recording"),
        ('{"a":1}\n', "is no recording"),
        ("hello\n", "line 1: "),
        ("[]\n", "line 1: "),
        ('{"webpubsubRecording":2}\n', "recording of the version 2"),
        ('{"webpubsubRecording":1}\n{"kind":\n', "line 2: "),
    ],
)
def test_what_is_no_recording(text: str, problem: str, tmp_path: Path) -> None:
    """Which line is wrong, and what makes one."""
    (tmp_path / "r").write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError, match=problem):
        read_recording(tmp_path / "r")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """One line, with the reason."""
    with pytest.raises(RecordingError, match="cannot be read: No such file"):
        read_recording(tmp_path / "r")
