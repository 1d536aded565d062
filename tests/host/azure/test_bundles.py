"""Which bundles a range lets in. Specification: bindings sections 2.9 and 9."""

import pytest

from webpubsub.host.azure.bundles import BundleRange, Version


@pytest.mark.parametrize(
    ("text", "version", "reaches"),
    [
        ("[4.*, 5.0.0)", (4, 35, 0), True),
        ("[4.0.0, 5.0.0)", (4, 35, 0), True),
        ("[3.3.*, 4.0.0)", (4, 0, 0), False),
        ("[3.3.*, 4.0.0]", (4, 0, 0), True),
        ("(1.0.0,)", (9, 0, 0), True),
        ("(, 4.33.0)", (4, 33, 0), False),
        ("4.20.0", (4, 35, 0), True),
        ("[4.20.0]", (4, 35, 0), False),
        ("[4.35.0]", (4, 35, 0), True),
        (" [4.*,4.34.*] ", (4, 35, 0), False),
    ],
)
def test_what_a_range_reaches(text: str, version: Version, reaches: bool) -> None:
    """A bracket includes the bound, a parenthesis does not."""
    assert BundleRange.parse(text).reaches(version) is reaches


@pytest.mark.parametrize("text", ["", "four", "[4.*, 5.0.0", "[a, b)", "1.2.3.4.5", "[,", "*"])
def test_what_is_no_range(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError):
        BundleRange.parse(text)
