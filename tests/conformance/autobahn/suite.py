"""Runs the Autobahn test suite against the echo service, and reads its report.

``python -m tests.conformance.autobahn.suite`` runs every case but those of compression, which the
service does not offer; name cases to run only those, such as ``"9.*"``. It needs ``wstest``, which
needs Python 2.7: see ``install.sh`` beside this file.
"""

import argparse
import asyncio
import json
import logging
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from tests.conformance.autobahn.echo import echo_service, echo_urls
from tests.requirements import ROOT

INSTALLED = ROOT / ".venv-autobahn/bin/wstest"
#: Compression (permessage-deflate), which the service never agrees to.
EXCLUDED = ("12.*", "13.*")
GOOD = frozenset({"OK", "NON-STRICT", "INFORMATIONAL"})


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the suite says about one case, and about how the connection was closed after it."""

    agent: str
    case: str
    behavior: str
    close: str

    @property
    def is_good(self) -> bool:
        """Whether the case, and the end of its connection, conform."""
        return self.behavior in GOOD and self.close in GOOD


class SuiteFailed(Exception):
    """The suite has not judged; the text holds what it wrote."""


def find_wstest() -> str | None:
    """The suite's command: ``$WSTEST``, the one that ``install.sh`` makes, or one on the PATH."""
    named = os.environ.get("WSTEST")
    return named or (str(INSTALLED) if INSTALLED.exists() else shutil.which("wstest"))


def specification(urls: Mapping[str, str], cases: Sequence[str], folder: Path) -> dict[str, object]:
    """What the suite is told to do: agent -> URL, patterns of cases, and where to write."""
    return {
        "outdir": str(folder),
        "servers": [{"agent": agent, "url": url} for agent, url in urls.items()],
        "cases": list(cases),
        "exclude-cases": list(EXCLUDED),
        "exclude-agent-cases": {},
    }


def verdicts(index: Mapping[str, Mapping[str, Mapping[str, str]]]) -> list[Verdict]:
    """The suite's ``index.json`` as a list, in the order of the cases."""
    found = [
        Verdict(agent=agent, case=case, behavior=entry["behavior"], close=entry["behaviorClose"])
        for agent, entries in index.items()
        for case, entry in entries.items()
    ]
    return sorted(found, key=lambda verdict: (verdict.agent, _numbers(verdict.case)))


def _numbers(case: str) -> list[int]:
    return [int(number) for number in case.split(".")]


async def judge(
    cases: Sequence[str], *, wstest: str, folder: Path, seconds: float
) -> list[Verdict]:
    """Run cases against both ways of echoing, within so many seconds. The suite's report, with a
    page for every case, is written to ``folder``. Raises SuiteFailed."""
    async with echo_service() as service:
        spec = folder / "fuzzingclient.json"
        spec.write_text(json.dumps(specification(await echo_urls(service), cases, folder)))
        await _run(wstest, spec, seconds)
    index = folder / "index.json"
    if not index.exists():
        raise SuiteFailed("the suite wrote no report")
    return verdicts(json.loads(index.read_bytes()))


async def _run(wstest: str, spec: Path, seconds: float) -> None:
    suite = await asyncio.create_subprocess_exec(
        *(wstest, "--mode", "fuzzingclient", "--spec", str(spec)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(suite.communicate(), seconds)
    except TimeoutError:
        suite.kill()
        await suite.wait()
        raise SuiteFailed(f"the suite took longer than {seconds:g} seconds") from None
    if suite.returncode:
        raise SuiteFailed(output.decode(errors="replace"))


def summary(found: Iterable[Verdict]) -> str:
    """How many cases of each chapter ended how, and every one that is not good."""
    found = list(found)
    counts = Counter((v.agent, int(v.case.split(".")[0]), v.behavior) for v in found)
    lines = [
        f"{agent}  chapter {chapter:2}  {behavior}: {number}"
        for (agent, chapter, behavior), number in sorted(counts.items())
    ]
    bad = [f"{v.agent}  {v.case}: {v.behavior}, close: {v.close}" for v in found if not v.is_good]
    return "\n".join([*lines, "", f"{len(found)} cases, {len(bad)} of them not good", *bad])


def main() -> int:
    """Run the cases of the command line; the exit code says whether all are good."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=["*"], help="patterns of cases")
    parser.add_argument("--seconds", type=float, default=1800.0)
    parser.add_argument("--report", type=Path, help="folder for the suite's report")
    arguments = parser.parse_args()
    # Hundreds of clients break the protocol here, on purpose.
    logging.getLogger("webpubsub").setLevel(logging.ERROR)
    wstest = find_wstest()
    if wstest is None:
        sys.exit("wstest is not installed: run tests/conformance/autobahn/install.sh")
    folder = arguments.report or Path(tempfile.mkdtemp(prefix="autobahn-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = asyncio.run(
            judge(arguments.cases, wstest=wstest, folder=folder, seconds=arguments.seconds)
        )
    except SuiteFailed as problem:
        sys.exit(str(problem))
    print(summary(found))
    print(f"\nThe whole report: {folder / 'index.html'}")
    return int(not found or not all(verdict.is_good for verdict in found))


if __name__ == "__main__":
    sys.exit(main())
