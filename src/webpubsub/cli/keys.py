"""``webpubsub keys``: the keys that ``webpubsub start --enable-auth`` asks for."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from webpubsub.cli.console import fail

if TYPE_CHECKING:
    from webpubsub.host.keys.files import KeyFiles
    from webpubsub.host.keys.model import Scope

keys = typer.Typer(
    help="Show and change the keys of a function app.",
    epilog=(
        "Examples:\n\n"
        "webpubsub keys list examples/chat\n\n"
        "webpubsub keys create partner --function negotiate\n\n"
        "webpubsub keys delete partner --function negotiate\n\n"
        "webpubsub keys create master\n\n"
        "A request gives a key in the header x-functions-key, or in the query as code:\n\n"
        'curl "http://localhost:7071/api/negotiate?code=KEY"'
    ),
    no_args_is_help=True,
)

AppDir = Annotated[
    Path, typer.Argument(help="Folder of the function app.", show_default="this folder")
]
OfFunction = Annotated[
    str | None,
    typer.Option("--function", help="The key opens this function only.", show_default=False),
]
IsSystem = Annotated[
    bool,
    typer.Option("--system", help="The key opens the webhook of the extension in its name."),
]


@keys.command(
    name="list",
    epilog=(
        "Examples:\n\n"
        "webpubsub keys list\n\n"
        "webpubsub keys list examples/chat\n\n"
        "The master key opens everything, a key of the host every function, a key of a function "
        "that one, and a system key a webhook. Functions get theirs when the app first starts with "
        "--enable-auth."
    ),
)
def list_keys(app_dir: AppDir = Path()) -> None:
    """Show every key: whose it is, its name and its value, with tabs between."""
    files = _files(app_dir)
    for whose, name, value in _rows(files):
        typer.echo(f"{whose}\t{name}\t{value}")


@keys.command(
    epilog=(
        "Examples:\n\n"
        "webpubsub keys create partner\n\n"
        "webpubsub keys create partner --function negotiate\n\n"
        'webpubsub keys create webpubsub_extension --system --value "$(openssl rand -hex 32)"\n\n'
        "webpubsub keys create master"
    ),
)
def create(
    name: Annotated[str, typer.Argument(help="Name of the key; 'master' is the master key.")],
    app_dir: AppDir = Path(),
    function: OfFunction = None,
    system: IsSystem = False,
    value: Annotated[
        str | None,
        typer.Option(help="Value of the key; without it, a new random one.", show_default=False),
    ] = None,
) -> None:
    """Make a key, or replace the one of that name, and print its value.

    Without --function or --system it is a key of the host, which opens every function. An app that
    runs takes it on at once.
    """
    from webpubsub.host.keys.files import KeyFilesError
    from webpubsub.host.keys.model import InvalidKey

    scope = _scope(name, function, system=system)
    try:
        key, _ = _files(app_dir).put(scope, name, value)
    except (InvalidKey, KeyFilesError) as problem:
        fail(str(problem))
    typer.echo(key.value)


@keys.command(
    epilog=(
        "Examples:\n\n"
        "webpubsub keys delete partner\n\n"
        "webpubsub keys delete partner --function negotiate"
    ),
)
def delete(
    name: Annotated[str, typer.Argument(help="Name of the key.")],
    app_dir: AppDir = Path(),
    function: OfFunction = None,
    system: IsSystem = False,
) -> None:
    """Remove a key. An app that runs refuses it at once."""
    from webpubsub.host.keys.files import KeyFilesError
    from webpubsub.host.keys.model import ScopeKind

    scope = _scope(name, function, system=system)
    if scope.kind is ScopeKind.MASTER:
        fail("the master key cannot be deleted; 'webpubsub keys create master' replaces it")
    try:
        found = _files(app_dir).delete(scope, name)
    except KeyFilesError as problem:
        fail(str(problem))
    if not found:
        fail(f"there is no such key '{name}'; 'webpubsub keys list' shows them all")


def _files(app_dir: Path) -> "KeyFiles":
    from webpubsub.composition.app_folders import AppFolderError, check_app_folder
    from webpubsub.host.errors import HostError
    from webpubsub.host.keys.files import KeyFiles, KeyFilesError
    from webpubsub.host.settings.app_settings import AppSettings

    try:
        check_app_folder(app_dir)
        folder = app_dir.resolve()
        files = KeyFiles.for_app(folder, AppSettings.load(folder))
        files.host()
    except (AppFolderError, HostError, KeyFilesError) as problem:
        fail(str(problem))
    return files


def _rows(files: "KeyFiles") -> Iterator[tuple[str, str, str]]:
    from webpubsub.host.keys.files import KeyFilesError

    host = files.host()
    yield "master", host.master_key.name, host.master_key.value
    for whose, several in (("host", host.function_keys), ("system", host.system_keys)):
        yield from ((whose, key.name, key.value) for key in several)
    for function in files.functions():
        try:
            several = files.function(function)
        except KeyFilesError as problem:
            fail(str(problem))
        yield from ((f"function {function}", key.name, key.value) for key in several)


def _scope(name: str, function: str | None, *, system: bool) -> "Scope":
    from webpubsub.host.expressions.validation import InvalidFunction, check_function_name
    from webpubsub.host.keys.model import MASTER, MASTER_ALIAS, Scope, ScopeKind

    if function is not None and system:
        fail("a key is of a function or of the system; leave out --function or --system")
    if function is not None:
        try:
            check_function_name(function)
        except InvalidFunction as problem:
            fail(str(problem))
        return Scope(ScopeKind.FUNCTION, function)
    if system:
        return Scope(ScopeKind.SYSTEM)
    is_master = name.lower() in (MASTER, MASTER_ALIAS)
    return Scope(ScopeKind.MASTER if is_master else ScopeKind.HOST)
