"""The tests that hold sockets are made with both event loops that the service runs on."""

from collections.abc import Mapping

import pytest

from tests.service.conftest import LOOPS, LoopFactory

ON_SOCKETS = ("test_paced_http.py", "test_ports.py", "test_send_queue.py")


@pytest.hookimpl(optionalhook=True)
def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, LoopFactory]:
    """The event loops of one test."""
    return LOOPS if item.path.name in ON_SOCKETS else {"asyncio": LOOPS["asyncio"]}
