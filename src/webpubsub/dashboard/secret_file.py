"""The secret that seals cookies, in a file that only the user who runs the service can read.

Removing the file sends all browsers away at the next start. Without it, or with one that others can
read, there is a secret for this start alone, and browsers need the link again after it.
"""

import logging
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from webpubsub.host.settings.state_directory import state_home

logger = logging.getLogger("webpubsub.dashboard")

_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_HAS_OWNERS = os.name == "posix"


def kept_secret(environment: Mapping[str, str]) -> bytes:
    """The secret of this user, which is made when there is none. Never raises: what is wrong with
    its file is logged, and the secret is another one with every start."""
    try:
        path = state_home(environment) / "webpubsub" / "dashboard" / "cookies.secret"
        if not path.exists():
            _make(path)
        return _read(path)
    except (OSError, RuntimeError, ValueError) as error:
        logger.warning(
            "Browsers need the new link of the dashboard after the next start, because the secret "
            "of their cookies cannot be kept: %s",
            error,
        )
        return secrets.token_bytes(_BYTES)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        if _HAS_OWNERS and (found.st_mode & _OTHERS or found.st_uid != os.getuid()):
            raise ValueError(f"others can read {path}: remove it")
        content = file.read(_BYTES + 1)
    if len(content) != _BYTES:
        raise ValueError(f"{path} does not hold {_BYTES} bytes: remove it")
    return content


def _make(path: Path) -> None:
    """Whole or not at all; of two that are made at once, the first is the secret of both."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, fresh = tempfile.mkstemp(dir=path.parent, suffix=".new")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(fresh)
