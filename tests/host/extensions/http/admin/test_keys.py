"""The administration of keys. Specification: functions-python sections 5.3 and 5.4."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest
from aiohttp import ClientSession

from tests.host.extensions.http.serving import FakeHost, http_function, returning, serving
from webpubsub.host.function_report import FunctionReport
from webpubsub.host.keys.files import KeyFiles
from webpubsub.host.keys.model import Scope, ScopeKind

VALUE = "a-value-that-is-long-enough"
PLACES = ("host/keys", "host/functionkeys", "host/systemkeys", "functions/f/keys")


class World(NamedTuple):
    """An app with keys, and somebody who has the master key."""

    session: ClientSession
    keys: KeyFiles


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """One function, and the keys of a first start."""
    keys = KeyFiles(tmp_path)
    host = FakeHost(FunctionReport("f", http_function("f")))
    async with serving((http_function("f"), returning("x")), host=host, keys=keys) as (session, _):
        session.headers["x-functions-key"] = keys.host().master_key.value
        yield World(session, keys)


@pytest.mark.parametrize("place", PLACES)
async def test_keys_are_created_shown_replaced_and_deleted(world: World, place: str) -> None:
    """Each step answers as Azure does."""
    session, address = world.session, f"/admin/{place}/partner"
    before = await (await session.get(f"/admin/{place}")).json()
    answer = await session.post(address)
    created = await answer.json()
    assert (answer.status, created["name"], len(created["value"])) == (201, "partner", 56)
    assert (await (await session.get(address)).json())["value"] == created["value"]
    answer = await session.put(address, json={"name": "partner", "value": VALUE})
    assert (answer.status, (await answer.json())["value"]) == (200, VALUE)
    listed = await (await session.get(f"/admin/{place}")).json()
    assert listed["keys"] == [*before["keys"], {"name": "partner", "value": VALUE}]
    assert (await session.delete(address)).status == 204
    assert (await session.delete(address)).status == 404
    assert (await session.get(address)).status == 404
    assert (await (await session.get(f"/admin/{place}")).json())["keys"] == before["keys"]


@pytest.mark.parametrize(
    ("place", "scope"),
    [
        ("host/keys", Scope(ScopeKind.HOST)),
        ("host/FunctionKeys", Scope(ScopeKind.HOST)),
        ("host/systemkeys", Scope(ScopeKind.SYSTEM)),
        ("functions/F/keys", Scope(ScopeKind.FUNCTION, "f")),
    ],
)
async def test_a_key_is_of_the_scope_it_was_made_in(world: World, place: str, scope: Scope) -> None:
    """And found by its name in any letter case."""
    await world.session.post(f"/admin/{place}/Partner")
    assert "Partner" in [key.name for key in world.keys.keys(scope)]
    assert (await world.session.get(f"/admin/{place}/PARTNER")).status == 200


async def test_the_master_key_is_shown_and_replaced(world: World) -> None:
    """Under its name, and from then on the old one opens nothing."""
    session, address = world.session, "/admin/host/systemkeys/_master"
    assert (await (await session.get(address)).json())[
        "value"
    ] == world.keys.host().master_key.value
    assert (await session.delete(address)).status == 400
    assert (await session.get("/admin/host/keys/_master")).status == 404
    answer = await session.post("/admin/host/systemkeys/_MASTER")
    assert (answer.status, (await answer.json())["name"]) == (200, "_MASTER")
    assert (await session.get(address)).status == 401


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "host/keys/a", {"name": "a"}, 400),
        ("PUT", "host/keys/a", {"name": "a", "value": 5}, 400),
        ("PUT", "host/keys/a", {"name": "a", "value": "short"}, 400),
        ("POST", "host/keys/%20", None, 400),
        ("POST", "functions/f/keys/_master", None, 400),
        ("POST", "functions/none/keys/a", None, 404),
        ("GET", "functions/none/keys", None, 404),
    ],
)
async def test_a_mistake_is_explained_and_changes_nothing(
    world: World, method: str, path: str, body: object, status: int
) -> None:
    """The text says what was expected."""
    before = world.keys.host()
    answer = await world.session.request(method, f"/admin/{path}", json=body)
    assert answer.status == status
    assert await answer.text()
    assert world.keys.host() == before


async def test_a_host_that_asks_for_no_keys_shows_none() -> None:
    """And says how to have them."""
    async with serving() as (session, _):
        answer = await session.get("/admin/host/keys")
        assert answer.status == 404
        assert "--enable-auth" in await answer.text()


async def test_a_file_that_cannot_be_read_is_told(world: World) -> None:
    """By its name; the host goes on."""
    (world.keys.folder / "f.json").write_bytes(b"{")
    answer = await world.session.get("/admin/functions/f/keys")
    assert answer.status == 500
    assert "f.json" in await answer.text()
