"""Where the host keeps what must outlive it: outside of the app, one folder for each app."""

import hashlib
from collections.abc import Mapping
from pathlib import Path


def state_directory(kind: str, app_directory: Path, environment: Mapping[str, str]) -> Path:
    """The folder for one kind of state of an app, in the user's directory for state."""
    app = hashlib.sha256(str(app_directory.resolve()).encode(errors="replace")).hexdigest()[:16]
    return state_home(environment) / "webpubsub" / kind / app


def state_home(environment: Mapping[str, str]) -> Path:
    """The user's directory for state. Raises RuntimeError when the user has no home."""
    named = environment.get("XDG_STATE_HOME") or environment.get("LOCALAPPDATA")
    return Path(named) if named else Path.home() / ".local" / "state"
