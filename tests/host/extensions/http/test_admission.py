"""How many requests functions are given at once."""

import asyncio

import pytest

from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http.admission import Admission, TooManyRequests
from webpubsub.host.settings.host_config import HostConfig


async def test_requests_beyond_the_limit_are_refused() -> None:
    """A place is free again as soon as its request leaves."""
    admission = Admission(outstanding=1)
    async with admission:
        with pytest.raises(TooManyRequests):
            async with admission:
                pass
    async with admission:
        pass


@pytest.mark.parametrize("limit", [1, 2])
async def test_requests_beyond_the_running_ones_wait(limit: int) -> None:
    """No more than maxConcurrentRequests run, and all of them run in the end."""
    admission = Admission(concurrent=limit)
    running, most = 0, 0

    async def request() -> None:
        nonlocal running, most
        async with admission:
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(request() for _ in range(9)))
    assert (running, most) == (0, limit)


async def test_there_are_no_limits_unless_host_json_sets_them() -> None:
    """The defaults of the local tools admit everything."""
    admission = Admission.of(HostConfig())
    async with admission, admission, admission:
        pass


async def test_limits_are_read_from_host_json() -> None:
    """A limit that is no number keeps the host from starting."""
    limits = {"maxOutstandingRequests": "0", "maxConcurrentRequests": 1}
    document = {"version": "2.0", "extensions": {"http": limits}}
    with pytest.raises(TooManyRequests):
        async with Admission.of(HostConfig.from_document(document)):
            pass
    limits["maxConcurrentRequests"] = "few"
    with pytest.raises(HostError, match="maxConcurrentRequests"):
        Admission.of(HostConfig.from_document(document))
