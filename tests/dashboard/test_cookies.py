"""The cookie of a browser that was let in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.dashboard.cookies import LIFETIME, Cookies

HERE = "127.0.0.1:8080"
NOW = 1_000_000.5


def _at(seconds: float, secret: bytes = b"secret") -> Cookies:
    return Cookies(secret, lambda: seconds)


def test_it_is_good_after_another_start() -> None:
    """With the same secret, at the same address, for thirty days and not a second longer."""
    cookie = _at(NOW).make(HERE)
    assert _at(NOW).is_good(HERE, cookie)
    assert _at(NOW + LIFETIME - 1).is_good(HERE.upper(), cookie)
    assert not _at(NOW + LIFETIME).is_good(HERE, cookie)
    assert LIFETIME == 30 * 24 * 3600


def test_whose_it_is() -> None:
    """Not that of another port, another name of this machine, or another secret."""
    cookie = _at(NOW).make(HERE)
    for host in ("127.0.0.1:8081", "localhost:8080", "127.0.0.1", ""):
        assert not _at(NOW).is_good(host, cookie)
    assert not _at(NOW, b"another").is_good(HERE, cookie)


def test_it_is_not_made_to_last_longer() -> None:
    """The time is part of what is sealed, and so is where it ends."""
    expires, _, seal = _at(NOW).make(HERE).partition(".")
    later = int(expires) + 1
    for forged in (f"{later}.{seal}", f"0{expires}.{seal}", f"{expires}9.{seal}", f"{expires}."):
        assert not _at(NOW).is_good(HERE, forged)


@pytest.mark.parametrize("text", ["", ".", "1", "1.", ".x", "x.y", "\u0661.x", "9" * 5000 + ".x"])
def test_what_is_no_cookie(text: str) -> None:
    """Is not good, and does no harm."""
    assert not _at(NOW).is_good(HERE, text)


@given(st.text())
def test_whatever_is_sent(text: str) -> None:
    """Likewise."""
    assert not _at(NOW).is_good(HERE, text)
    assert not _at(NOW).is_good(HERE, f"2000000.{text}")
