"""What ``webpubsub doctor`` says, for people and for programs."""

import textwrap
from collections.abc import Iterator, Sequence

import msgspec

from webpubsub.cli.doctor.finding import Finding, Level

_WIDTH = 100
_INDENT = " " * 9


class _Report(msgspec.Struct):
    healthy: bool
    findings: Sequence[Finding]


def is_healthy(findings: Sequence[Finding]) -> bool:
    """Whether everything works, warnings aside."""
    return all(finding.level is not Level.ERROR for finding in findings)


def as_json(findings: Sequence[Finding]) -> str:
    """Everything as one JSON object."""
    report = _Report(is_healthy(findings), findings)
    return msgspec.json.format(msgspec.json.encode(report)).decode()


def as_text(findings: Sequence[Finding]) -> str:
    """Each finding with its mend below it, then how many there are of each kind."""
    lines = [line for finding in findings for line in _lines(finding)]
    return "\n".join((*lines, "", _summary(findings)))


def _lines(finding: Finding) -> Iterator[str]:
    yield _wrapped(f"{finding.level:<9}{finding.code}: {finding.what}")
    if finding.mend:
        yield _wrapped(f"{_INDENT}mend: {finding.mend}")


def _wrapped(text: str) -> str:
    return textwrap.fill(
        text,
        width=_WIDTH,
        subsequent_indent=_INDENT + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _summary(findings: Sequence[Finding]) -> str:
    counts = [
        _counted([one.level for one in findings].count(level), level)
        for level in (Level.ERROR, Level.WARNING)
    ]
    found = [count for count in counts if count]
    return f"{' and '.join(found)}." if found else "Nothing is wrong."


def _counted(number: int, word: str) -> str:
    return "" if not number else f"{number} {word}" if number == 1 else f"{number} {word}s"
