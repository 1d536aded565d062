"""The rules of the house: which room may import which, and where a test is found."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path.relative_to(ROOT / "src/webpubsub")
    for path in (ROOT / "src/webpubsub").rglob("*.py")
    if path.name != "__init__.py" and "templates" not in path.parent.parts[-2:-1]
)


def test_import_contract() -> None:
    """Every room imports only rooms below it, and the protocol does no input or output."""
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_every_module_has_its_tests(source: Path) -> None:
    """Tests mirror the source tree file by file, so that a module's tests are found by its name."""
    mirrored = ROOT / "tests" / source.parent / f"test_{source.name}"
    assert mirrored.exists() or source.as_posix() in DECLARATIONS, f"{mirrored} is missing"


#: Modules that only declare values or interfaces; the modules that use them test them.
DECLARATIONS = {
    "cli/doctor/finding.py",
    "cli/start_options.py",
    "host/control.py",
    "host/extension.py",
    "host/function_report.py",
    "host/metadata.py",
    "host/values.py",
    "host/worker.py",
    "protocol/clients/codec.py",
    "protocol/clients/notices.py",
    "protocol/clients/requests.py",
    "protocol/filters/tree.py",
    "protocol/group_presence.py",
    "protocol/messages.py",
    "protocol/mqtt_events.py",
    "protocol/operations.py",
    "protocol/outcomes.py",
    "protocol/seams.py",
    "protocol/timers.py",
    "service/connections/requests/handlers.py",
    "service/listeners/target.py",
    "service/rest/operation.py",
    "testing/errors.py",
    "service/sessions/attachment.py",
    "service/websockets/receiver.py",
}
