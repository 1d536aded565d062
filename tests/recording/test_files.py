"""Recordings as files."""

import logging
import stat
from pathlib import Path

import pytest

from webpubsub.recording.files import RecordingError, RecordingFile, read_recording


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Line by line, and by its owner only."""
    file = RecordingFile(tmp_path / "r")
    file.write('{"kind":"refused"}')
    assert read_recording(tmp_path / "r") == [{"kind": "refused"}]  # while it is written
    file.write('{"kind":"recovered"}')
    file.close()
    assert [one["kind"] for one in read_recording(tmp_path / "r")] == ["refused", "recovered"]
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
        ("hello\n", "is no recording"),
        ("[]\n", "is no recording"),
        ('{"webpubsubRecording":2}\n', "recording of the version 2"),
        ('{"webpubsubRecording":"x"}\n', "recording of the version 'x'"),
        ('{"webpubsubRecording":1}\n{"kind":\n', "line 2: "),
        ('{"webpubsubRecording":1}\n\n{"kind":7}\n', "line 3: .*kind"),
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


@pytest.mark.parametrize(
    "cut", ['{"kind', '{"kind":"ref\u00fc'.encode()[:-1].decode("latin-1"), "{"]
)
def test_a_recording_that_was_cut_off(
    cut: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """All that is whole is read, and the log says that something is missing."""
    text = '{"webpubsubRecording":1}\n{"kind":"refused"}\n'
    (tmp_path / "r").write_bytes(text.encode() + cut.encode("latin-1"))
    assert read_recording(tmp_path / "r") == [{"kind": "refused"}]
    assert [one.message for one in caplog.records] == [
        f"{tmp_path / 'r'} ends within an entry, which is left out"
    ]
