"""What the host itself answers at the root, and where no function does.

Specification: functions-python section 5.2.
"""

import pytest

from webpubsub.host.extensions.http.system import SystemEndpoints


@pytest.mark.parametrize(
    ("path", "start_page", "status"), [("/", True, 200), ("/", False, None), ("/api/x", True, None)]
)
def test_the_start_page_is_at_the_root(path: str, start_page: bool, status: int | None) -> None:
    """Any other path is left to functions; tools wait for this one to say that all is ready."""
    answer = SystemEndpoints(start_page=start_page).answer(path)
    assert (answer.status if answer else None) == status
    assert answer is None or answer.headers == [("Content-Type", "text/html; charset=utf-8")]


@pytest.mark.parametrize(("path", "status"), [("/", 204), ("/x", 404)])
def test_what_nobody_answers_is_not_found(path: str, status: int) -> None:
    """Without a start page the root is empty, and still there."""
    assert SystemEndpoints(start_page=False).fallback(path).status == status
