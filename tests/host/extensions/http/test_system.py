"""What the host itself answers."""

import json

import pytest
from aiohttp.test_utils import make_mocked_request

from webpubsub.host.extensions.http.gate import Gate
from webpubsub.host.extensions.http.system import SystemEndpoints


def _endpoints(*, start_page: bool) -> SystemEndpoints:
    return SystemEndpoints(Gate(None, tuple), start_page=start_page)


@pytest.mark.parametrize(
    ("method", "path", "start_page", "status"),
    [
        ("GET", "/", True, 200),
        ("GET", "/", False, None),
        ("GET", "/admin/host/ping", True, 200),
        ("POST", "/admin/host/ping", False, 200),
        ("GET", "/admin/host/status", True, 200),
        ("POST", "/admin/host/status", True, None),
        ("GET", "/admin/host/keys", True, None),
        ("GET", "/api/x", True, None),
    ],
)
def test_the_host_answers_its_own_paths_only(
    method: str, path: str, start_page: bool, status: int | None
) -> None:
    """Any other path is left to functions."""
    answer = _endpoints(start_page=start_page).answer(make_mocked_request(method, path))
    assert (answer.status if answer else None) == status


def test_the_status_says_that_the_host_runs() -> None:
    """Tools wait for this state."""
    request = make_mocked_request("GET", "/admin/host/status")
    answer = _endpoints(start_page=True).answer(request)
    assert answer is not None
    assert isinstance(answer.body, bytes)
    assert json.loads(answer.body)["state"] == "Running"


@pytest.mark.parametrize(("path", "status"), [("/", 204), ("/x", 404)])
def test_what_nobody_answers_is_not_found(path: str, status: int) -> None:
    """Without a start page the root is empty, and still there."""
    assert _endpoints(start_page=False).fallback(path).status == status
