"""Ids for what is only to be told apart."""

from uuid import UUID

from webpubsub.protocol.unique_ids import UniqueIds


def test_ids_are_guids_and_differ() -> None:
    """Those of one maker, and those of two."""
    one, other = UniqueIds(), UniqueIds()
    ids = [make() for make in (one, other) for _ in range(1000)]
    assert len(set(ids)) == 2000
    assert all(str(UUID(text)) == text for text in ids)
