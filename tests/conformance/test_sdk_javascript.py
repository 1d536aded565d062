"""The official JavaScript SDKs, client and service, against a running service.

Specification: client-protocols sections 9.2 to 9.4 and 14, rest-api section 11.
"""

import asyncio
import os
import re
from pathlib import Path

import pytest

from tests.requirements import requires
from webpubsub.service.service import Service

HERE = Path(__file__).parent / "js"

pytestmark = [pytest.mark.conformance, requires("node", packages=HERE)]


@pytest.mark.timeout(90)
@pytest.mark.parametrize("script", ["client.test.js", "extended.test.js", "service.test.js"])
async def test_sdk(service: Service, script: str) -> None:
    """Every test of the script passes under Node's own test runner."""
    process = await asyncio.create_subprocess_exec(
        *("node", "--test", "--test-reporter=tap", script),
        cwd=HERE,
        env={**os.environ, "WEBPUBSUB_CONNECTION_STRING": service.connection_string},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 80)
    report = output.decode()
    assert process.returncode == 0, report
    passed = re.search(r"^# pass (\d+)$", report, re.MULTILINE)
    assert passed is not None, report
    assert int(passed[1]) >= 5, report
