"""What is written to the standard output past Python's own stream.

Specification: functions-python section 13.1.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from webpubsub.cli.descriptor_capture import DescriptorCapture


def test_whatever_is_written_arrives(tmp_path: Path) -> None:
    """By this process or by one that it has started, in UTF-8 or not; afterwards all is as it
    was."""
    path = tmp_path / "out"
    taken: list[str] = []
    with path.open("wb") as file:
        descriptor = os.dup(file.fileno())
    capture = DescriptorCapture(descriptor)
    capture.begin(taken.append)
    os.write(descriptor, b"raw \xc3")
    os.write(descriptor, b"\xa9 \xff\n")
    subprocess.run(
        [sys.executable, "-c", "print('child')"], stdout=descriptor, check=True, timeout=30
    )
    capture.stream.write("past \udcff é\n")
    capture.end()
    capture.stream.close()
    os.write(descriptor, b"after\n")
    os.close(descriptor)
    assert "".join(taken) == "raw é \\xff\nchild\n"
    assert path.read_bytes() == "past \\udcff é\nafter\n".encode()


def test_a_process_that_lives_on_does_not_hold_it_up() -> None:
    """Such as one that serves something else."""
    with tempfile.TemporaryFile() as file:
        descriptor = os.dup(file.fileno())
    taken: list[str] = []
    capture = DescriptorCapture(descriptor)
    capture.begin(taken.append)
    code = "import sys; print('on', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=descriptor
    ) as child:
        while not taken:
            time.sleep(0.01)
        capture.end()
        assert child.poll() is None
        child.communicate(timeout=30)
    capture.stream.close()
    os.close(descriptor)
    assert "".join(taken) == "on\n"


def test_nobody_waits_for_a_reader_who_has_gone() -> None:
    """More is written than a pipe holds."""
    with tempfile.TemporaryFile() as file:
        descriptor = os.dup(file.fileno())

    def fail(_text: str) -> None:
        raise BrokenPipeError

    capture = DescriptorCapture(descriptor)
    capture.begin(fail)
    code = "print('x' * 1_000_000)"
    subprocess.run([sys.executable, "-c", code], stdout=descriptor, check=True, timeout=30)
    capture.end()
    capture.stream.close()
    os.close(descriptor)
