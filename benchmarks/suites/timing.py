"""What a test costs: a plugin of pytest for the runs of ``benchmarks.plugin``.

The first test is not counted, because it also imports what all of them need.
"""

import json
import time

#: What the line with the figures begins with.
FIGURES = "figures: "


class Timing:
    """Wall and CPU seconds of the tests after the first."""

    def __init__(self) -> None:
        self._tests = -1
        self._began = (0.0, 0.0)
        self._ended = (0.0, 0.0)

    def pytest_runtest_logfinish(self) -> None:
        """A test has ended, its fixtures included."""
        self._tests += 1
        self._ended = (time.perf_counter(), time.process_time())
        if self._tests == 0:
            self._began = self._ended

    def pytest_unconfigure(self) -> None:
        """Say what came out."""
        wall, cpu = (
            (end - begin) / self._tests for begin, end in zip(self._began, self._ended, strict=True)
        )
        print(f"\n{FIGURES}{json.dumps({'wall': wall, 'CPU': cpu})}")


timing = Timing()
pytest_runtest_logfinish = timing.pytest_runtest_logfinish
pytest_unconfigure = timing.pytest_unconfigure
