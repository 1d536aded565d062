"""What may be set.

Specification: upstream-events sections 2.1, 3, 14, 17 and 19.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.hub_settings import rules
from webpubsub.service.hub_settings.located import HubSettingsError, Setting, Source
from webpubsub.service.hub_settings.model import ManagedIdentity, UserEvents
from webpubsub.service.hub_settings.rules import (
    EventHubKeys,
    is_installed,
    read_auth,
    read_event_hub,
    read_user_events,
    url_problem,
    without_secrets,
)

KEYS = EventHubKeys("name", "namespace", "connection_string")
EMULATOR = "Endpoint=sb://localhost;SharedAccessKey=SAS;UseDevelopmentEmulator=true;"


def _setting(value: object) -> Setting:
    return Setting(Source("f", {}, lambda path: "x"), (), value)


@pytest.mark.parametrize(
    "template",
    [
        "http://localhost:8000/eventhandler",
        "https://example.com",
        "HTTP://127.0.0.1/api/{hub}/{EVENT}?code=a%20b&x={event}",
        "http://[::1]:80/{unknown}",
        "http://user:password@host/",
    ],
)
def test_urls_that_can_be_used(template: str) -> None:
    """Parameters may stand in the path and in the query."""
    assert url_problem(template) is None


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("", "a URL such as"),
        ("localhost:8000/x", "a URL such as"),
        ("/eventhandler", "a URL such as"),
        ("http:///x", "a URL such as"),
        ("http://host:99999/", "a URL such as"),
        ("http://host:0/", "a URL such as"),
        ("http://[::1/", "a URL such as"),
        ("http://host/a b", "a URL such as"),
        ("http://host/a\x00", "a URL such as"),
        ("ws://host/", "a URL such as"),
        ("http://{hub}.com/", "not in the host"),
        ("http://host:{event}/", "a URL such as"),
        ("tunnel:///x", "the tunnel is a tool for a service on Azure"),
        ("{@Microsoft.KeyVault(SecretUri=https://x)}", "can be had on Azure only"),
    ],
)
def test_urls_that_cannot_be_used(template: str, problem: str) -> None:
    """What is wanted instead is said."""
    assert problem in (url_problem(template) or "")


@given(st.text())
def test_any_text_is_a_url_or_not(template: str) -> None:
    """The check never fails."""
    assert url_problem(template) is None or "URL" in str(url_problem(template))


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("http://host/{event}", "http://host/{event}"),
        ("http://host/a?code=secret", "http://host/a?…"),
        ("http://host?code=secret", "http://host?…"),
        ("https://me:secret@host:1/a@b", "https://host:1/a@b"),
    ],
)
def test_secrets_of_a_url_are_not_shown(template: str, shown: str) -> None:
    """Neither those of its query nor those in front of its host."""
    assert without_secrets(template) == shown


@pytest.mark.parametrize(
    ("value", "events"),
    [
        ("*", UserEvents(every=True)),
        (["*"], UserEvents(every=True)),
        ("", UserEvents()),
        ([], UserEvents()),
        ("a", UserEvents(frozenset({"a"}))),
        (" A , b.c-d_e", UserEvents(frozenset({"a", "b.c-d_e"}))),
        (["A", "b"], UserEvents(frozenset({"a", "b"}))),
    ],
)
def test_user_events(value: object, events: UserEvents) -> None:
    """Every one, or names, in lower case."""
    assert read_user_events(_setting(value)) == events


@pytest.mark.parametrize("value", [" ", "a,,b", "**", "a*", "a?", "1a", ["a, b"], 1, [1], {"a": 1}])
def test_patterns_are_no_names(value: object) -> None:
    """Only the star alone has a meaning of its own."""
    with pytest.raises(HubSettingsError, match=r'names of user events .* or "\*" for every one'):
        read_user_events(_setting(value))


@pytest.mark.parametrize(
    ("kind", "resource", "auth"),
    [
        ("managedIdentity", "api://x", ManagedIdentity("api://x")),
        ("ManagedIdentity", " https://x/ ", ManagedIdentity("https://x/")),
        ("None", None, None),
        ("none", "api://x", None),
    ],
)
def test_how_a_webhook_knows_the_service(
    kind: str, resource: str | None, auth: ManagedIdentity | None
) -> None:
    """By a managed identity, or not at all (upstream-events section 14)."""
    given = None if resource is None else _setting(resource)
    assert read_auth(_setting({}), _setting(kind), given) == auth


@pytest.mark.parametrize(
    ("kind", "resource", "sentence"),
    [
        (None, None, "x has no type, which is 'managedIdentity' or 'none'."),
        ("managed", "r", "x is \"managed\", and must be 'managedIdentity' or 'none'."),
        (1, "r", "x is 1, and must be 'managedIdentity' or 'none'."),
        ("managedIdentity", None, "x has no resource, the audience of the tokens, such as api://"),
        ("managedIdentity", "", 'x is "", and must be the audience of the tokens, such as api://'),
    ],
)
def test_identities_that_cannot_be_used(kind: object, resource: object, sentence: str) -> None:
    """What is missing is said."""
    settings = [None if value is None else _setting(value) for value in (kind, resource)]
    with pytest.raises(HubSettingsError) as caught:
        read_auth(_setting({}), *settings)
    assert sentence in str(caught.value)


def test_an_identity_without_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says what to install; without an identity nothing is missing."""
    monkeypatch.setattr(rules, "find_spec", lambda name: None)
    assert read_auth(_setting({}), _setting("none"), None) is None
    with pytest.raises(HubSettingsError, match=r"pip install 'webpubsub\[local,identity\]'"):
        read_auth(_setting({}), _setting("managedIdentity"), _setting("r"))


@pytest.mark.parametrize(
    ("package", "installed"),
    [("azure.identity", True), ("azure.nothing_like_it", False), ("nothing.like.it", False)],
)
def test_what_is_installed(package: str, installed: bool) -> None:
    """Also when not even the package around it is."""
    assert is_installed(package) is installed


def test_an_event_hub_is_found_by_namespace_or_by_the_connection_string_of_an_emulator() -> None:
    """One of the two."""
    by_namespace = read_event_hub(_setting({"name": "e", "namespace": "n.example"}), KEYS)
    assert by_namespace.fully_qualified_namespace == "n.example"
    by_string = read_event_hub(_setting({"name": "e", "connection_string": EMULATOR}), KEYS)
    assert by_string.connection_string == EMULATOR


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"namespace": "n"}, "x has no 'name'"),
        ({"name": "e"}, "must have one of 'namespace' and 'connection_string'"),
        ({"name": "e", "namespace": "n", "connection_string": EMULATOR}, "must have one of"),
        ({"name": "e", "connection_string": "Endpoint=sb://x;Key=secret"}, "is another one, and"),
        ({"name": "e", "connection_string": 1}, "is 1, and must be that of a local emulator"),
        ({"name": "e", "namespace": "sb://n;Key=secret"}, "must be a host name such as"),
    ],
)
def test_event_hubs_that_cannot_be_used(value: object, sentence: str) -> None:
    """Keys are not repeated."""
    with pytest.raises(HubSettingsError) as caught:
        read_event_hub(_setting(value), KEYS)
    assert sentence in str(caught.value)
    assert "secret" not in str(caught.value)
