"""Requests that are seen."""

from pathlib import Path

from tests.host.extensions.http.serving import http_function, returning, serving
from tests.host.looking import looking
from webpubsub.host.keys.files import KeyFiles
from webpubsub.host.observation import HttpAnswered, HttpReceived, ObservationPoint
from webpubsub.host.values import HttpResponseData
from webpubsub.protocol.refusals.functions import KEY_MISSING


async def test_what_is_seen_of_a_request() -> None:
    """Its path without the query, which may hold a key, and the answer; its trace goes on."""
    point = ObservationPoint()
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    served = serving((http_function("f"), returning(None)), point=point)
    with looking(point) as seen:
        async with served as (session, _):
            await session.post("/api/f?code=secret", data=b"x", headers={"traceparent": parent})
    received, answered = (sighting.item for sighting in seen)
    assert received == HttpReceived("POST", "/api/f")
    assert isinstance(answered, HttpAnswered)
    assert (answered.method, answered.path, answered.status) == ("POST", "/api/f", 204)
    span = seen[0].span
    assert span is not None
    assert (span.trace_id, span.parent_id) == ("a" * 32, "b" * 16)
    assert seen[1].span == span


async def test_why_a_request_is_refused(tmp_path: Path) -> None:
    """And at which route; not what a function refuses itself."""
    point, keys = ObservationPoint(), KeyFiles(tmp_path)
    forbidden = HttpResponseData(status=403, headers=(), body=b"")
    functions = (
        (http_function("f", route="f/{id}"), returning(None)),
        (http_function("g", authLevel="anonymous"), returning(forbidden)),
    )
    with looking(point) as seen:
        async with serving(*functions, point=point, keys=keys) as (session, _):
            for path in ("/api/f/1", "/api/g", "/api/nothing"):
                await session.get(path)
    answered = [one.item for one in seen if isinstance(one.item, HttpAnswered)]
    assert [(one.route, one.status) for one in answered] == [
        ("/api/f/{id}", 401),
        ("/api/g", 403),
        (None, 404),
    ]
    assert [one.refusal and one.refusal.kind for one in answered] == [KEY_MISSING, None, None]
