"""A text stream that takes whole lines. Specification: functions-python section 8.3."""

import io
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.host.logs.line_stream import LineStream


class Lines(LineStream):
    """Remembers what it takes."""

    def __init__(self, original: io.TextIOWrapper | None = None) -> None:
        super().__init__(original)
        self.taken: list[str] = []

    def take(self, lines: str) -> None:
        self.taken.append(lines)


@given(st.lists(st.text()))
def test_nothing_is_lost(texts: list[str]) -> None:
    """However it is cut into pieces; only the last line may need an end."""
    lines = Lines()
    for text in texts:
        assert lines.write(text) == len(text)
    assert all(one.endswith("\n") for one in lines.taken)
    before = "".join(lines.taken)
    lines.end()
    whole = "".join(texts)
    assert "".join(lines.taken) == (whole if whole.endswith("\n") or not whole else f"{whole}\n")
    assert "".join(texts).startswith(before)
    lines.end()
    assert "".join(lines.taken).removeprefix(before).count("\n") <= 1


def test_any_thread_may_write() -> None:
    """No line is lost, and none is torn."""
    lines = Lines()

    def write(name: str) -> None:
        for _ in range(200):
            lines.write(f"{name}\n")

    threads = [threading.Thread(target=write, args=(name,)) for name in ("aaaa", "bbbb")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted("".join(lines.taken).splitlines()) == ["aaaa"] * 200 + ["bbbb"] * 200


def test_bytes_go_to_the_stream_of_the_process() -> None:
    """And so does whoever wants the file descriptor."""
    data = io.BytesIO()
    original = io.TextIOWrapper(data)
    lines = Lines(original)
    lines.buffer.write(b"raw\n")
    lines.flush()
    assert data.getvalue() == b"raw\n"
    assert (lines.encoding, lines.writable(), lines.isatty()) == ("utf-8", True, False)
    for stream in (lines, Lines()):
        with pytest.raises(OSError, match="fileno"):
            stream.fileno()
    assert not hasattr(Lines(), "buffer")
    Lines().flush()
