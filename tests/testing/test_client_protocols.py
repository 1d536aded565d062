"""The client protocols by the names that tests use."""

import pytest

from webpubsub.protocol.clients.registry import is_reliable, select_subprotocol
from webpubsub.testing.client_protocols import PROTOCOLS, protocol_named
from webpubsub.testing.errors import SetupError


@pytest.mark.parametrize("name", PROTOCOLS)
def test_the_service_speaks_all(name: str) -> None:
    """And takes them to be as reliable as they are."""
    protocol = protocol_named(name)
    if protocol.subprotocol is not None:
        assert select_subprotocol([protocol.subprotocol]) == protocol.subprotocol
    assert is_reliable(protocol.subprotocol) == protocol.is_reliable


def test_a_name_that_there_is_not() -> None:
    """Is told with those that there are."""
    with pytest.raises(SetupError, match=r"'jsno'; there are 'simple', .* Did you mean 'json'"):
        protocol_named("jsno")
