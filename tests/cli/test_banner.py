"""What runs, as a start says it. Specification: functions-python section 13.2."""

import platform
import re
from importlib.metadata import version

from webpubsub.cli.banner import banner


def test_it_has_the_shape_of_the_official_one_and_our_own_name() -> None:
    """A blank line, a name, versions in one column, a blank line."""
    first, name, *versions, last = banner().split("\n")
    assert (first, last) == ("", "")
    assert name == "webpubsub, a host for Azure Functions apps"
    assert all(re.fullmatch(r"(?=.{26}\S)[A-Z]\w+ Version: +\S.*", line) for line in versions)
    assert versions[0].split()[-1] == version("webpubsub")
    assert version("azure-functions") in versions[1]
    assert platform.python_version() in versions[2]


def test_it_does_not_take_itself_for_the_official_tool() -> None:
    """Whoever looks for versions of that finds none."""
    assert "Core Tools" not in banner()
    assert "Runtime Version" not in banner()
