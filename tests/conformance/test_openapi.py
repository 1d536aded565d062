"""The REST API against its own description, by requests that Schemathesis makes up.

Specification: rest-api sections 5.1, 5.2 and 6.
"""

import asyncio
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession

from tests.service.rest.world import World
from webpubsub.protocol.access_tokens import sign
from webpubsub.protocol.continuation_tokens import make_continuation_token
from webpubsub.protocol.refusals import Refused
from webpubsub.service.observation import Observed
from webpubsub.service.rest.openapi import DESCRIPTION, PATH, statuses
from webpubsub.service.rest.operations import OPERATIONS
from webpubsub.service.rest.routes import Routes
from webpubsub.service.rest.targets import parse_target
from webpubsub.service.service import Service
from webpubsub.service.settings import DEVELOPMENT_KEY, ServiceSettings

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
EXAMPLES = 12

#: What exists, so that requests are not about nothing: connections, their users and groups.
CLIENTS: Mapping[str, tuple[str | None, tuple[str, ...]]] = {
    "c1": ("ann", ("room", "a%2Fb")),
    "c2": ("ann", ("room",)),
    "c3": (None, ("room",)),
}
#: Names that are tried more often than chance would, some of which exist.
WORDS: Mapping[str, Iterable[str]] = {
    "path.hub": ("chat", "Chat", "elsewhere"),
    "path.group": ("room", "a%2Fb", "Room"),
    "path.userId": ("ann", "nobody"),
    "path.connectionId": ("c1", "c2", "nobody"),
    "query.targetName": ("room", "a/b"),
    "query.filter": ("userId eq 'ann'", "'room' in groups", "not (length(userId) gt 2)", "userId"),
    "query.continuationToken": (make_continuation_token("chat", "room", "c1", DEVELOPMENT_KEY),),
}
#: What no request here leads to: a body that does not arrive, a connection with a thousand
#: exceptions, a kind of client that is not served, a service that is starting.
NOT_MET = {408, 409, 501, 503}


def configuration() -> str:
    """The settings of Schemathesis: which words to use, mostly."""
    lines = []
    for name, words in WORDS.items():
        lines.append(f"[dictionaries.{name.replace('.', '-')}]\nvalues = {[*words]}")
    lines.append("[parameters]")
    for name in WORDS:
        binding = f'{{ dictionary = "{name.replace(".", "-")}", probability = 0.8 }}'
        lines.append(f'"{name}" = {binding}')
    return "\n".join(lines)


@contextmanager
def populated(service: Service, http: ClientSession) -> Iterator[None]:
    """The connections are there again whenever a request has closed or moved one."""
    world = World(service.hubs, service.endpoint, http, service.point)
    hub = service.hubs.hub("chat")

    def restore() -> None:
        for connection_id, (user_id, groups) in CLIENTS.items():
            session = hub.sessions.get(connection_id)
            if session is not None and session.groups.keys() >= set(groups):
                continue
            if session is not None:
                hub.end(session, "")
            world.client(connection_id, user_id=user_id, groups=groups)

    loop = asyncio.get_running_loop()

    def observe(_: Observed) -> None:
        loop.call_soon(restore)

    service.point.observer = observe
    restore()
    yield
    service.point.observer = None
    for session in tuple(hub.sessions.values()):
        hub.end(session, "")


async def report_of(service: Service, folder: Path) -> tuple[int | None, str]:
    """What Schemathesis says of a service; the requests and answers are left in a file."""
    (folder / "schemathesis.toml").write_text(configuration(), encoding="utf-8")
    # One token that is good for every path.
    token = sign({"aud": "https://webpubsub.azure.com", "exp": time.time() + 3600}, "k" * 32)
    process = await asyncio.create_subprocess_exec(
        *(Path(sys.executable).with_name("schemathesis"), "run", service.endpoint + PATH),
        *("--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS)),
        *("--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES), "--seed", "1"),
        *("--report", "har", "--report-har-path", "requests.har"),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 80)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return process.returncode, output.decode()


def met(har: Any) -> Mapping[str, set[int]]:
    """The statuses that each operation has answered with."""
    routes, found = Routes((*OPERATIONS, DESCRIPTION)), defaultdict(set)
    for entry in har["log"]["entries"]:
        url = entry["request"]["url"].split("/", 3)[3]
        try:
            target = parse_target("/" + url)
            operation, _ = routes.find(entry["request"]["method"], target.segments)
        except (ValueError, Refused):
            continue
        found[operation.name].add(entry["response"]["status"])
    return found


@pytest.mark.timeout(90)
async def test_the_api_is_as_described(tmp_path: Path) -> None:
    """No request is answered with a fault, nor with a status, header or body that is not described;
    and every operation is seen to succeed and to refuse."""
    settings = ServiceSettings(port=0, accept_unvalidated_entra_tokens=True)
    async with Service(settings) as service, ClientSession() as http:
        with populated(service, http):
            code, report = await report_of(service, tmp_path)
    assert code == 0, report[-20_000:]
    # The address of the description itself is none of the operations it tries.
    count = len(OPERATIONS)
    assert f" {count} selected / {count} total" in report, report
    generated = re.search(r"(\d+) generated", report)
    assert generated is not None, report
    assert int(generated[1]) > 30 * count
    found = met(msgspec.json.decode((tmp_path / "requests.har").read_bytes()))
    missing = {
        operation.name: sorted(wanted)
        for operation in OPERATIONS
        if (wanted := set(statuses(operation)) - NOT_MET - found[operation.name])
    }
    assert missing == {}
