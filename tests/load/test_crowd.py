"""Thousands of connections at once, on one process."""

import pytest

from tests.load.clients import Audience, Client, leave_all
from tests.load.conftest import Serve
from webpubsub.service.settings import ServiceSettings

#: An idle connection takes about 3,500 bytes.
_MAX_BYTES_PER_CONNECTION = 8_000
_ROUNDS = 3


@pytest.mark.timeout(120)
async def test_a_crowd_comes_hears_everything_and_goes(serve: Serve, crowd_size: int) -> None:
    """In a storm of handshakes nobody is turned away; every message reaches everybody; an idle
    connection is small; and a second crowd needs no more memory than the first."""
    service = serve(ServiceSettings(port=0))
    before = service.memory
    peaks = []
    for _ in range(2):
        audience = await Audience.gather(service.port, crowd_size)
        grown = service.memory - before
        assert grown < _MAX_BYTES_PER_CONNECTION * crowd_size
        for number in range(_ROUNDS):
            await audience.tell(f"message {number}")
        assert {member.messages for member in audience.members} == {_ROUNDS}
        peaks.append(service.memory - before)
        await leave_all(tuple(Client.everybody))
    print(f"{crowd_size} connections, {peaks[0] / crowd_size:.0f} bytes each")
    assert peaks[1] < 1.3 * peaks[0]
    assert not service.log
