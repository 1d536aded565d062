"""The REST API against its own description, by requests that Schemathesis makes up.

Specification: rest-api section 6.
"""

import asyncio
import re
import sys
import time
from pathlib import Path

import pytest

from webpubsub.protocol.access_tokens import sign
from webpubsub.service.rest.openapi import PATH
from webpubsub.service.rest.operations import OPERATIONS
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

pytestmark = pytest.mark.conformance

#: Not among them is that every request of the right shape succeeds: a text is rarely a filter. Nor
#: is that every other one fails: parameters that nobody knows are ignored.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
#: One operation: how many requests, beside those that try each limit of each parameter.
EXAMPLES = 8


@pytest.mark.timeout(60)
async def test_the_api_is_as_described(tmp_path: Path) -> None:
    """No request is answered with a fault, nor with a status or body that is not described."""
    # One token that is good for every path.
    settings = ServiceSettings(port=0, accept_unvalidated_entra_tokens=True)
    token = sign({"aud": "https://webpubsub.azure.com", "exp": time.time() + 3600}, "k" * 32)
    async with Service(settings) as service:
        process = await asyncio.create_subprocess_exec(
            *(Path(sys.executable).with_name("schemathesis"), "run", service.endpoint + PATH),
            *("--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS)),
            *("--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES), "--seed", "1"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), 50)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
    report = output.decode()
    assert process.returncode == 0, report[-20_000:]
    # The address of the description itself is none of the operations it tries.
    count = len(OPERATIONS)
    assert f" {count} selected / {count} total" in report, report
    generated = re.search(r"(\d+) generated", report)
    assert generated is not None, report
    assert int(generated[1]) > 20 * count
