"""In which order checks are made. Specification: client-protocols sections 1.3 and 1.4."""

import pytest

from webpubsub.protocol.refusals import handshake, rest, tokens
from webpubsub.protocol.refusals.catalogue import KINDS
from webpubsub.protocol.refusals.orders import ORDERS, TOKEN_CHECKS, Order


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.title)
def test_every_check_is_of_the_catalogue_and_made_once(order: Order) -> None:
    """Whoever follows an order comes to each of its entries."""
    codes = [kind.code for kind in order.checks]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(KINDS)


def test_what_comes_before() -> None:
    """Down to the check itself; nothing where it is not made."""
    order = Order("", TOKEN_CHECKS)
    assert order.until(tokens.TOKEN_SIGNATURE) == TOKEN_CHECKS[:3]
    assert order.until(handshake.HUB_INVALID) == ()


def test_a_token_is_checked_in_two_places() -> None:
    """A client has a hub by then, a call a method; and both have a token."""
    found = [order.until(tokens.TOKEN_MALFORMED) for order in ORDERS]
    befores = [checks[-2] for checks in found if checks]
    assert befores == [handshake.TOKEN_MISSING, rest.TOKEN_MISSING]
