"""Requests and answers that only protobuf has a form of its own for; the others are tested with all
dialects. Specification: client-protocols section 8."""

import pytest

from webpubsub.testing.dialects import UnknownRequest
from webpubsub.testing.protobuf_dialect import ProtobufDialect

DIALECT = ProtobufDialect()


def test_a_request_that_it_does_not_know() -> None:
    """Is named."""
    with pytest.raises(UnknownRequest, match="cannot send 'sing'"):
        DIALECT.encode({"type": "sing"})


def test_what_says_nothing_has_no_type() -> None:
    """An empty message is one, too."""
    assert DIALECT.decode(b"").type == ""
