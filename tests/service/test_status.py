"""The stages of the service. Specification: rest-api section 7."""

import pytest

from webpubsub.service.status import Status


@pytest.mark.parametrize("status", Status)
def test_only_a_serving_service_is_healthy(status: Status) -> None:
    """Neither before nor after."""
    assert status.is_healthy is (status is Status.SERVING)
