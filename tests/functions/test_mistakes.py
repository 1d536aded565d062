"""Mistakes found at import."""

from webpubsub.functions.mistakes import AppMistake
from webpubsub.protocol.refusals import Refused, apps


def test_a_mistake_is_an_entry_of_the_catalogue() -> None:
    """The traceback shows the sentence, the catalogue gets the kind with it."""
    mistake = AppMistake(apps.HUB_INVALID, "the hub is wrong.")
    assert str(mistake) == "the hub is wrong."
    assert isinstance(mistake, Refused)
    assert isinstance(mistake, ValueError)
    assert mistake.refusal.kind is apps.HUB_INVALID
    assert mistake.refusal.seen == "the hub is wrong."
