"""Whom a request may ask for what it asks for.

Specification: functions-python sections 5.2 and 5.3.
"""

from pathlib import Path

import pytest

from tests.host.extensions.http.serving import http_function, returning, serving
from tests.host.extensions.http.talking import asked
from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http.gate import Gate, key_in
from webpubsub.host.keys.authority import ADMINISTRATION
from webpubsub.host.keys.files import KeyFiles


@pytest.mark.parametrize(
    ("path", "headers", "key"),
    [
        ("/", [], None),
        ("/?code=a", [], "a"),
        ("/?Code=a", [], "a"),
        ("/?x=1&code=a&code=b", [], "a"),
        ("/?code=a%2Bb%3D%3D", [], "a+b=="),
        ("/?code=a==", [], "a=="),
        ("/?code=", [], ""),
        ("/", [("x-functions-key", "h")], "h"),
        ("/?code=a", [("X-Functions-Key", "h")], "h"),
        ("/?code=a", [("x-functions-key", "")], ""),
        ("/", [("x-functions-key", "h"), ("x-functions-key", "i")], "h"),
    ],
)
def test_where_a_key_is_found(path: str, headers: list[tuple[str, str]], key: str | None) -> None:
    """The header wins over the query, even when it is empty."""
    assert key_in(asked(path, headers)) == key


def test_without_keys_everybody_may_do_everything_and_is_nobody() -> None:
    """As with the local tools; only the master key itself makes a master."""
    gate, request = Gate(None, tuple), asked("/")
    gate.open(["webpubsub"])
    assert gate.refusal(request, ADMINISTRATION) is None
    assert not gate.is_master(request)


def test_keys_that_cannot_be_made_keep_the_host_from_starting(tmp_path: Path) -> None:
    """An app must not serve with keys that nobody knows."""
    (tmp_path / "host.json").write_bytes(b"{")
    with pytest.raises(HostError, match=r"host\.json holds no keys"):
        Gate(KeyFiles(tmp_path), tuple).open(())


def test_the_master_key_is_known(tmp_path: Path) -> None:
    """No other key is it, and a broken file has none."""
    keys = KeyFiles(tmp_path)
    gate, master = Gate(keys, tuple), keys.host().master_key.value
    assert gate.is_master(asked(f"/?code={master}"))
    other = keys.host().function_keys[0].value
    assert not gate.is_master(asked(f"/?code={other}"))
    (tmp_path / "host.json").write_bytes(b"{")
    assert not gate.is_master(asked(f"/?code={master}"))


@pytest.mark.parametrize(
    ("level", "in_header", "in_query", "status"),
    [
        ("anonymous", None, None, 200),
        ("anonymous", "wrong", None, 200),
        ("function", None, None, 401),
        ("function", "own", None, 200),
        ("function", None, "own", 200),
        ("function", "wrong", "own", 401),
        ("function", "own", "wrong", 200),
        (None, None, None, 401),
        ("admin", "own", None, 401),
        ("admin", "master", None, 200),
        ("Admin", None, "master", 200),
    ],
)
async def test_functions_ask_for_what_they_declare(
    level: str | None, in_header: str | None, in_query: str | None, status: int, tmp_path: Path
) -> None:
    """Without a level that is a key; a 401 has no body."""
    keys = KeyFiles(tmp_path)
    trigger = {} if level is None else {"authLevel": level}
    async with serving((http_function("f", **trigger), returning("x")), keys=keys) as (session, _):
        values = {
            "own": keys.function("f")[0].value,
            "master": keys.host().master_key.value,
            "wrong": "w" * 56,
        }
        headers = {} if in_header is None else {"x-functions-key": values[in_header]}
        query = {} if in_query is None else {"code": values[in_query]}
        answer = await session.get("/api/f", headers=headers, params=query)
        expected = b"" if status == 401 else b"x"
        assert (answer.status, await answer.read()) == (status, expected)


@pytest.mark.parametrize(
    ("key", "status"), [(None, 401), ("host", 404), ("own", 404), ("master", 200)]
)
async def test_a_disabled_function_is_found_by_the_master_key_alone(
    key: str | None, status: int, tmp_path: Path
) -> None:
    """Whether the key is right is asked first. Section 5.2."""
    keys = KeyFiles(tmp_path)
    off = [(http_function("off"), returning("x"))]
    async with serving(disabled=off, keys=keys) as (session, _):
        values = {
            "host": keys.host().function_keys[0].value,
            "own": keys.function("off")[0].value,
            "master": keys.host().master_key.value,
        }
        headers = {} if key is None else {"x-functions-key": values[key]}
        assert (await session.get("/api/off", headers=headers)).status == status


async def test_a_disabled_function_leaves_its_route_to_others() -> None:
    """Without keys nobody has the master key, and nobody finds it."""
    off = [(http_function("a", route="x"), returning("a"))]
    async with serving((http_function("b", route="x"), returning("b")), disabled=off) as (
        session,
        _,
    ):
        assert await (await session.get("/api/x")).text() == "b"
    async with serving(disabled=off) as (session, _):
        assert (await session.get("/api/x")).status == 404
