"""What a function receives for an output."""

from webpubsub.host.python.out import Out


def test_the_last_value_counts() -> None:
    """Nothing is set at first; each value takes the place of the one before."""
    out = Out()
    assert out.get() is None
    out.set("a")
    out.set(["b"])
    assert out.get() == ["b"]
