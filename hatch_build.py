"""Builds the part of the package that is compiled, where there is a compiler.

The package works without it. ``WEBPUBSUB_PURE=1`` leaves it out, which makes a wheel that can be
installed on every platform.
"""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_MODULE = "webpubsub.service.websockets.outgoing._sending"
_SOURCE = "src/webpubsub/service/websockets/outgoing/_sending.pyx"


class CompiledPart(BuildHookInterface[Any]):
    """What hatchling asks before it makes a wheel or an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and have the result packed."""
        if os.environ.get("WEBPUBSUB_PURE") or sys.platform == "win32":
            return
        try:
            built = _compile(Path(self.root))
        except Exception as error:
            self.app.display_warning(f"webpubsub is built without its compiled part: {error}")
            return
        build_data["artifacts"].append(f"/{built}")
        build_data["infer_tag"] = True
        build_data["pure_python"] = False


def _compile(root: Path) -> str:
    """The path of the module that was built beside its source."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension

    extensions = cythonize(
        [Extension(_MODULE, [str(root / _SOURCE)])], build_dir=str(root / "build"), quiet=True
    )
    command = Distribution({"ext_modules": extensions}).get_command_obj("build_ext")
    command.build_lib = str(root / "src")
    command.build_temp = str(root / "build")
    command.ensure_finalized()
    command.run()
    return str(Path(command.get_outputs()[0]).relative_to(root))
