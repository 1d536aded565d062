"""One table of every refusal: nothing is missing, nothing is there twice, nothing is dead."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import webpubsub
from webpubsub.protocol import refusals
from webpubsub.protocol.refusals import RefusalKind, catalogue
from webpubsub.protocol.refusals.catalogue import EDGES, KINDS

SOURCES = Path(webpubsub.__file__).parent
WITHOUT_KINDS = {"kinds", "catalogue", "orders"}
DEFINED = {
    (module.name, name): kind
    for module in pkgutil.iter_modules(refusals.__path__)
    for name, kind in vars(importlib.import_module(f"{refusals.__name__}.{module.name}")).items()
    if isinstance(kind, RefusalKind)
}


def test_every_module_of_the_package_is_in_the_table() -> None:
    """A new module of refusals has to be named in the catalogue."""
    assert set(KINDS) == {kind.code for kind in DEFINED.values()}
    modules = {module.name for module in pkgutil.iter_modules(refusals.__path__)}
    assert {module for module, _ in DEFINED} == modules - WITHOUT_KINDS


def test_codes_are_unique() -> None:
    """A code is the address of one entry."""
    codes = [kind.code for edge in EDGES for kind in edge.kinds]
    assert sorted({*codes}) == sorted(codes)
    assert len(DEFINED) == len(codes)


def test_every_kind_says_how_it_shows() -> None:
    """Also those without a number on the wire."""
    assert [kind.code for kind in KINDS.values() if not catalogue.shown(kind)] == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("app.hub.invalid", "an error when the app starts"),
        ("handshake.token.missing", "HTTP status 401"),
        ("handshake.connect.refused", "the HTTP status of the handler's answer"),
        ("websocket.message.too-large", "WebSocket close code 1009"),
        ("websocket.slow-client", "a connection that ends without a close frame"),
    ],
)
def test_how_a_kind_shows(code: str, text: str) -> None:
    """In the words of whoever sees it."""
    assert catalogue.shown(KINDS[code]) == text


def test_an_ack_error_shows_by_its_name() -> None:
    """A refusal that answers a request of a client."""
    kind = RefusalKind(code="a.b", checked="a", wanted="b", remedy="C.", ack_error="Forbidden")
    assert catalogue.Edge("Acks", (kind,)).shown(kind) == "ack error Forbidden"


@pytest.mark.parametrize(
    ("part", "codes"),
    [
        ("handshake.token", ["handshake.token.missing", "handshake.token.group"]),
        ("Handshake.TOKEN", ["handshake.token.missing", "handshake.token.group"]),
        ("handshake.tok", []),
        ("handshake.token.missing", []),
        ("", []),
    ],
)
def test_the_beginning_of_a_code(part: str, codes: list[str]) -> None:
    """Whole words in any letter case, and more must follow."""
    assert [kind.code for kind in catalogue.starting_with(part)] == codes


def test_the_kinds_behind_a_number() -> None:
    """What may have been seen when all there is is a status or a close code."""
    assert {kind.code for kind in catalogue.shown_as(1009)} == {"websocket.message.too-large"}
    assert all(kind.http_status == 401 for kind in catalogue.shown_as(401))
    assert {"handshake.token.missing", "token.expired"} <= {
        kind.code for kind in catalogue.shown_as(401)
    }
    assert catalogue.shown_as(200) == []


@pytest.mark.parametrize("code", KINDS)
def test_a_misspelt_code_is_recognised(code: str) -> None:
    """Whichever letter is left out, the right code is among the suggestions."""
    for place in range(len(code)):
        assert code in catalogue.near((code[:place] + code[place + 1 :]).upper())


def test_nonsense_is_near_to_nothing() -> None:
    """No suggestion is better than a wrong one."""
    assert catalogue.near("quux") == []


def _references() -> Iterator[tuple[str, str]]:
    """(module of refusals, name) for every mention of a kind outside the package of refusals."""
    for path in SOURCES.rglob("*.py"):
        if path.parent.name == "refusals":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from _mentions(tree)


def _mentions(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names imported from a module of refusals and used, also as attributes of the module."""
    modules: dict[str, str] = {}
    names: dict[str, tuple[str, str]] = {}
    prefix = f"{refusals.__name__}."
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == refusals.__name__:
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(prefix):
            module = (node.module or "").removeprefix(prefix)
            names |= {alias.asname or alias.name: (module, alias.name) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            yield names[node.id]
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in modules
        ):
            yield modules[node.value.id], node.attr


def test_every_kind_is_used() -> None:
    """No entry of the table is about something that is never refused."""
    used = {DEFINED[mention].code for mention in _references() if mention in DEFINED}
    assert sorted(set(KINDS) - used) == []
