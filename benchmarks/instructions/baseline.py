"""What the paths took when they were last found good, and what has become of it.

Other builds of Python take more or fewer instructions for the same code. So counts are compared by
what the reference takes in the same run: the baseline holds for this version of Python, whoever
compiled it.
"""

import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.instructions.driver import REFERENCE

#: How much more a path may take until it is called a regression. The same code counted again, on
#: busy machines and in other places, stays within a tenth of that.
TOLERANCE = 0.10


class BaselineError(Exception):
    """There is nothing to compare with; the text says why, and what to do."""


class Baseline(msgspec.Struct, frozen=True):
    """Instructions by path, and which Python took them: its version without the last part, and how
    it was made."""

    python: str
    build: str
    instructions: Mapping[str, int]

    @classmethod
    def here(cls, counts: Mapping[str, float]) -> "Baseline":
        """What has been counted with this Python."""
        return cls(
            python=_version(),
            build=f"{platform.python_version()}, {platform.python_compiler()}",
            instructions={name: round(count) for name, count in counts.items()},
        )

    @classmethod
    def read(cls, file: Path) -> "Baseline":
        """The one in a file. Raises BaselineError when it is none, or one of another version of
        Python, whose code takes other instructions."""
        try:
            baseline = msgspec.json.decode(file.read_bytes(), type=cls)
        except FileNotFoundError:
            raise BaselineError(f"there is no baseline {file}: make one with --write.") from None
        except msgspec.DecodeError as error:
            raise BaselineError(f"{file} is no baseline: {error}. Renew it with --write.") from None
        if baseline.python != _version():
            raise BaselineError(
                f"{file} was made with Python {baseline.python}, and this is {_version()}: compare "
                "with the same version, or name another file with --baseline."
            )
        return baseline

    def write(self, file: Path) -> None:
        """Keep it."""
        file.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n")


class Change(NamedTuple):
    """What has become of a path; ``before`` is None for one that the baseline does not have."""

    name: str
    before: float | None
    now: float

    @property
    def share(self) -> float:
        """How much more it takes: 0.1 is a tenth more."""
        return self.now / self.before - 1 if self.before else 0.0

    @property
    def is_regression(self) -> bool:
        """Whether it takes more than can be let pass."""
        return self.share > TOLERANCE

    @property
    def is_to_be_mended(self) -> bool:
        """Whether it may not stay so: what is not compared with anything may not, either."""
        return self.is_regression or self.before is None

    @property
    def is_improvement(self) -> bool:
        """Whether it takes so little that the baseline would hide what is lost again."""
        return self.share < -TOLERANCE


def changes(baseline: Baseline, counts: Mapping[str, float]) -> Sequence[Change]:
    """What has become of each path that was counted."""
    known = baseline.instructions
    scale = counts[REFERENCE] / known[REFERENCE]
    return [
        Change(name, known[name] * scale if name in known else None, count)
        for name, count in counts.items()
        if name != REFERENCE
    ]


def _version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"
