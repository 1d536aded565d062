"""Who is behind a connection."""

from webpubsub.dashboard import connection_users
from webpubsub.dashboard.connection_users import ConnectionUsers
from webpubsub.service.observation import SessionBegan


def test_users_are_remembered_for_a_while() -> None:
    """The latest of them."""
    crowd = ConnectionUsers()
    crowd.meet(SessionBegan("chat", "first", "zoe", None))
    for number in range(connection_users._MOST):
        crowd.meet(SessionBegan("chat", f"c{number}", f"user {number}", None))
    assert crowd.user_of("c0") == "user 0"
    assert crowd.user_of("first") is None
    assert crowd.user_of("nobody") is None


def test_whoever_is_nobody_takes_no_room() -> None:
    """However many come without a name."""
    crowd = ConnectionUsers()
    crowd.meet(SessionBegan("chat", "first", "zoe", None))
    for number in range(connection_users._MOST):
        crowd.meet(SessionBegan("chat", f"c{number}", None, None))
    assert crowd.user_of("c1") is None
    assert crowd.user_of("first") == "zoe"
