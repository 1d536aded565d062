"""Commands in this very process, where what is said and how it ends is all that matters."""

import io
import os
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

import pytest

from tests.cli.processes import ROOT, environment
from webpubsub.cli import main


def call(
    *arguments: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> CompletedProcess[str]:
    """Run a command that ends by itself, as ``processes.run`` does, without a process of its own:
    it must start no event loop and change nothing that outlives it."""
    words = ["webpubsub", *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with (
        chdir(cwd),
        patch.dict(os.environ, environment(env), clear=True),
        patch.object(sys, "argv", words),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    assert isinstance(ended.value.code, int)
    return CompletedProcess(words, ended.value.code, out.getvalue(), err.getvalue())
