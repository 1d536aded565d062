"""The files that hold the keys of one app. Specification: functions-python section 5.3."""

import json
import os
import stat
from pathlib import Path

import pytest

from webpubsub.host.errors import HostError
from webpubsub.host.keys.files import KeyFiles, KeyFilesError
from webpubsub.host.keys.model import InvalidKey, Scope, ScopeKind
from webpubsub.host.settings.app_settings import AppSettings

HOST, SYSTEM, MASTER = Scope(ScopeKind.HOST), Scope(ScopeKind.SYSTEM), Scope(ScopeKind.MASTER)
OF_F = Scope(ScopeKind.FUNCTION, "f")
VALUE = "a-value-that-is-long-enough"


@pytest.fixture
def files(tmp_path: Path) -> KeyFiles:
    """Keys that are made here for the first time."""
    files = KeyFiles(tmp_path / "keys")
    files.open(["f", "G"], ["webpubsub"])
    return files


def test_the_first_start_makes_the_keys_that_azure_makes(files: KeyFiles) -> None:
    """In the format of its files."""
    host = json.loads((files.folder / "host.json").read_text())
    assert host["masterKey"] | {"value": ""} == {"name": "master", "value": "", "encrypted": False}
    assert [key["name"] for key in host["functionKeys"]] == ["default"]
    assert [key["name"] for key in host["systemKeys"]] == ["webpubsub_extension"]
    for name in ("f.json", "g.json"):
        (key,) = json.loads((files.folder / name).read_text())["keys"]
        assert (key["name"], key["encrypted"]) == ("default", False)
    assert files.functions() == ["f", "g"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_nobody_else_can_read_them(files: KeyFiles) -> None:
    """Neither those made at first nor those written later."""
    files.put(HOST, "more")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in files.folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700


def test_the_next_start_finds_the_same_keys(files: KeyFiles) -> None:
    """And makes those that have become necessary since."""
    again, host, own = KeyFiles(files.folder), files.host(), files.function("f")
    again.open(["f", "new"], ["webpubsub", "other"])
    assert again.host().master_key == host.master_key
    assert again.function("F") == own
    assert len(again.function("new")) == 1
    first, second = again.host().system_keys
    assert (first,) == host.system_keys
    assert second.name == "other_extension"


def test_a_broken_file_of_a_function_is_told_at_the_start(files: KeyFiles) -> None:
    """And not only to those who call it."""
    (files.folder / "f.json").write_bytes(b"{")
    with pytest.raises(KeyFilesError, match=r"f\.json holds no keys"):
        KeyFiles(files.folder).open(["f"])


def test_no_name_leads_out_of_the_folder(files: KeyFiles) -> None:
    """Whatever a function is called."""
    name = "../outside"
    key, _ = files.put(Scope(ScopeKind.FUNCTION, name), "partner")
    assert files.function(name) == (key,)
    assert name in files.functions()
    assert [path.name for path in files.folder.parent.iterdir()] == [files.folder.name]


@pytest.mark.parametrize("scope", [HOST, SYSTEM, OF_F])
def test_keys_are_added_replaced_and_removed(files: KeyFiles, scope: Scope) -> None:
    """Letter case does not tell names apart; others stay as they are."""
    others = files.keys(scope)
    key, is_new = files.put(scope, "partner")
    assert is_new
    replaced, is_new = files.put(scope, "Partner", VALUE)
    assert (is_new, replaced.value) == (False, VALUE)
    assert replaced != key
    assert files.keys(scope) == (*others, replaced)
    assert KeyFiles(files.folder).keys(scope) == (*others, replaced)
    assert files.delete(scope, "PARTNER")
    assert not files.delete(scope, "partner")
    assert files.keys(scope) == others


def test_the_master_key_can_be_replaced_and_not_removed(files: KeyFiles) -> None:
    """There is always one, and it has one name."""
    key, is_new = files.put(MASTER, "_master", VALUE)
    assert (key.name, key.value, is_new) == ("master", VALUE, False)
    assert not files.delete(MASTER, "master")
    assert files.keys(MASTER) == (key,)


def test_a_key_that_cannot_be_used_changes_nothing(files: KeyFiles) -> None:
    """Neither by its name nor by its value."""
    before = files.keys(HOST)
    for name, value in (("a/b", None), ("fine", "short")):
        with pytest.raises(InvalidKey):
            files.put(HOST, name, value)
    assert files.keys(HOST) == before


def test_changes_of_others_are_seen_at_once(files: KeyFiles) -> None:
    """A command changes the keys of an app that runs; a file that is gone has no keys."""
    other = KeyFiles(files.folder)
    assert files.function("f")
    key, _ = other.put(OF_F, "partner")
    assert key in files.function("f")
    replaced, _ = other.put(OF_F, "partner")
    assert key not in files.function("f")
    assert replaced in files.function("f")
    (files.folder / "f.json").unlink()
    assert files.function("f") == ()
    master = files.host().master_key
    (files.folder / "host.json").unlink()
    assert files.host().master_key != master


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "holds no keys"),
        (b"[]", "holds no keys"),
        (b'{"functionKeys": []}', "holds no keys"),
        (b'{"masterKey": {"name": "m", "value": "\xff"}}', "holds no keys"),
        (
            b'{"masterKey": {"name": "m", "value": "of-azure", "encrypted": true}}',
            "'m' is encrypted by another host",
        ),
        (b'{"masterKey": {"name": "m", "value": ""}}', "'m' is empty"),
    ],
)
def test_a_file_that_is_no_file_of_keys_is_named(
    files: KeyFiles, content: bytes, message: str
) -> None:
    """With the way to mend it, and without what it holds."""
    (files.folder / "host.json").write_bytes(content)
    with pytest.raises(KeyFilesError, match=message) as refused:
        files.host()
    assert str(files.folder / "host.json") in str(refused.value)
    assert "of-azure" not in str(refused.value)


def test_files_of_azure_are_read(tmp_path: Path) -> None:
    """What they hold besides keys does not matter."""
    key = {"name": "default", "value": VALUE, "encrypted": False}
    document = {"masterKey": key, "functionKeys": [key], "systemKeys": [], "source": "runtime"}
    (tmp_path / "host.json").write_text(json.dumps(document))
    host = KeyFiles(tmp_path).host()
    assert (host.master_key.value, host.function_keys[0].value) == (VALUE, VALUE)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Here because a file has its name."""
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(KeyFilesError, match="taken"):
        KeyFiles(tmp_path / "taken").open(["f"])


def test_settings_say_where_the_files_are(tmp_path: Path) -> None:
    """In the user's directory for state, or in a folder of the app's choice."""
    app = tmp_path / "app"
    state = AppSettings({"XDG_STATE_HOME": str(tmp_path / "state")})
    assert KeyFiles.for_app(app, state).folder.is_relative_to(tmp_path / "state")
    chosen = AppSettings({"AzureFunctionsWebHost__SecretsPath": "secrets"})
    assert KeyFiles.for_app(app, chosen).folder == app / "secrets"


@pytest.mark.parametrize(("storage", "is_known"), [("Files", True), ("keyvault", False)])
def test_keys_are_kept_in_files_only(tmp_path: Path, storage: str, is_known: bool) -> None:
    """An app that expects another store is told so before it serves."""
    settings = AppSettings({"AzureWebJobsSecretStorageType": storage})
    if is_known:
        KeyFiles.for_app(tmp_path, settings)
        return
    with pytest.raises(HostError, match="AzureWebJobsSecretStorageType is 'keyvault'"):
        KeyFiles.for_app(tmp_path, settings)
