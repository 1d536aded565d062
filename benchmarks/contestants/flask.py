"""Flask, served by gunicorn with threads, as its documentation has it."""

import sys
from pathlib import Path

from benchmarks.contestants.contestant import python_package, python_version
from benchmarks.contestants.over_http import EventHandler
from benchmarks.servers import HERE

_THREADS = 8


def _command(port: int) -> list[str]:
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    return [
        *(gunicorn, "--chdir", str(HERE / "peers"), "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--threads", str(_THREADS), "--keep-alive", "60"),
        "flask_echo:app",
    ]


flask_echo = EventHandler(
    "Flask",
    command=_command,
    missing=lambda: python_package("flask")() or python_package("gunicorn")(),
    version=lambda: f"{python_version('flask')} on gunicorn {python_version('gunicorn')}",
    path="/eventhandler",
)
