"""The part of this package that is compiled: whether it is there, and made of the source that is.

Without it everything works, and what is sent to many clients at once takes longer. The service says
nothing of that, so it is said here.
"""

import json
import sys
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from webpubsub.cli.doctor.finding import Finding, ok, warning
from webpubsub.service.websockets.outgoing import sending

_CODE = "compiled"
_PACKAGE = "webpubsub"
_MODULE = "webpubsub.service.websockets.outgoing._sending"
_NAME = "_sending"
_SOURCE = f"{_NAME}.pyx"
_SLOWER = "what is sent to many clients at once takes longer"


def compiled_part() -> Finding:
    """What has become of it."""
    in_checkout = is_in_checkout()
    try:
        module = import_module(_MODULE)
    except ModuleNotFoundError:
        if in_checkout and is_of_another_python(Path(sending.__file__).parent):
            # uv takes what it has installed for one Python for all.
            return warning(_CODE, f"built for another Python, so {_SLOWER}", mend(in_checkout))
        return missing(sys.platform, in_checkout=in_checkout)
    except ImportError as problem:
        return warning(_CODE, f"cannot be used, so {_SLOWER}: {problem}", mend(in_checkout))
    built = Path(module.__file__ or "")
    # Both come together out of a wheel, at any time.
    if sending.send_each is None or (in_checkout and is_outdated(built)):
        what = f"of another source than the one that is here, so {_SLOWER}, or fails"
        return warning(_CODE, what, mend(in_checkout))
    return ok(_CODE, "used for what is sent to many clients at once")


def missing(platform: str, *, in_checkout: bool) -> Finding:
    """There is none, as on Windows or when nobody wanted it."""
    if platform == "win32":
        return ok(_CODE, f"there is none for Windows, so {_SLOWER}")
    what = f"left out by WEBPUBSUB_PURE, or for want of a C compiler, so {_SLOWER}"
    return ok(_CODE, f"{what}. To have it: {mend(in_checkout)}")


def is_outdated(built: Path) -> bool:
    """Whether its source, which is beside it, has changed since it was built."""
    source = built.with_name(_SOURCE)
    return source.exists() and source.stat().st_mtime > built.stat().st_mtime


def is_of_another_python(folder: Path) -> bool:
    """Whether it was built there, but not for the Python that runs."""
    built = {path.name for path in folder.glob(f"{_NAME}.*.so")}
    return bool(built) and built.isdisjoint(_NAME + suffix for suffix in EXTENSION_SUFFIXES)


def is_in_checkout() -> bool:
    """Whether the package is used from where its source is."""
    try:
        origin = distribution(_PACKAGE).read_text("direct_url.json")
    except PackageNotFoundError:
        return False
    return bool(origin and json.loads(origin).get("dir_info", {}).get("editable"))


def mend(in_checkout: bool) -> str:
    """How to build it anew."""
    command = (
        "uv sync --extra local --reinstall-package webpubsub"
        if in_checkout
        else "pip install --force-reinstall --no-deps --no-binary webpubsub webpubsub"
    )
    return f"{command} (with a C compiler at hand, and WEBPUBSUB_PURE not set)"
