"""What runs, in the shape in which ``func start`` says it of itself.

Specification: functions-python section 13.2.
"""

import platform
import sys
from importlib.metadata import version

_LABELS = 26


def banner() -> str:
    """A blank line, our own name, versions, and a blank line; nothing claims to be the official
    tool or its runtime."""
    bits = "64" if sys.maxsize > 2**32 else "32"
    python = f"{platform.python_implementation()} {platform.python_version()} ({bits}-bit)"
    versions = {
        "Host Version:": version("webpubsub"),
        "Library Version:": f"azure-functions {version('azure-functions')}",
        "Python Version:": python,
    }
    lines = [f"{label:{_LABELS}}{value}" for label, value in versions.items()]
    return "\n".join(("", "webpubsub, a host for Azure Functions apps", *lines, ""))
