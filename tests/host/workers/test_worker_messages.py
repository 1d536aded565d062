"""What the host and a worker in another process say to each other."""

import logging

from webpubsub.host.workers.worker_messages import (
    Logged,
    log_record,
)


def test_a_record_of_a_worker_is_one_of_ours() -> None:
    """With its own time."""
    record = log_record(Logged(logger="a.b", level=logging.WARNING, message="50 %", created=1.25))
    assert (record.name, record.levelname, record.getMessage()) == ("a.b", "WARNING", "50 %")
    assert (record.created, record.msecs) == (1.25, 250)
