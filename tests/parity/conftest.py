"""Both engines on an app."""

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from tests.parity.both import Both
from tests.parity.official_engine import OfficialEngine

#: The engine for apps with decorators, and that for apps of folders.
V2, V1 = "azure_functions_runtime", "azure_functions_runtime_v1"
MakeBoth = Callable[..., Both]
WriteBoth = Callable[..., Both]


@pytest.fixture
async def both_on(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MakeBoth]:
    """Makes both for the app in a folder."""
    made: list[Both] = []

    def make(folder: Path, engine: str = V2) -> Both:
        monkeypatch.syspath_prepend(folder)
        monkeypatch.chdir(folder)
        official = OfficialEngine(engine)
        official.start()
        made.append(Both(folder, official))
        return made[-1]

    yield make
    for both in made:
        await both.stop()


@pytest.fixture
def both_of(both_on: MakeBoth, tmp_path: Path) -> WriteBoth:
    """Makes both for an app of these files, by name."""

    def make(files: Mapping[str, str], engine: str = V2) -> Both:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return both_on(tmp_path, engine)

    return make
