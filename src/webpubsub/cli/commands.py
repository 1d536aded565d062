"""The commands by name, and what they have in common.

A command imports what it runs when it runs, so that ``--help`` is quick.
"""

from importlib.metadata import version
from typing import Annotated

import typer

from webpubsub.cli.check import check
from webpubsub.cli.client_url import client_url
from webpubsub.cli.doctor.command import doctor
from webpubsub.cli.exec import execute
from webpubsub.cli.explain import explain
from webpubsub.cli.func_flags import FuncCommand
from webpubsub.cli.keys import keys
from webpubsub.cli.new import init, new
from webpubsub.cli.record import record
from webpubsub.cli.replay import replay
from webpubsub.cli.service import service
from webpubsub.cli.start import start
from webpubsub.cli.trailing_command import TrailingCommand

app = typer.Typer(
    name="webpubsub",
    help="Run Azure Functions apps with Web PubSub bindings anywhere.",
    epilog=(
        "Examples:\n\n"
        "webpubsub new hello\n\n"
        "webpubsub start examples/chat\n\n"
        "webpubsub service --port 8080\n\n"
        "webpubsub client-url --hub chat --user alice"
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_NEW_EXAMPLES = (
    "Examples:\n\n"
    "webpubsub new hello\n\n"
    "webpubsub new room --template chat\n\n"
    "webpubsub new . --template notifications"
)
app.command(epilog=_NEW_EXAMPLES)(new)
app.command(epilog=_NEW_EXAMPLES, hidden=True)(init)

_START_EXAMPLES = (
    "Examples:\n\n"
    "webpubsub start\n\n"
    "webpubsub start examples/chat --port 7072 --service-port 8081\n\n"
    "webpubsub start --functions negotiate message --cors http://localhost:3000\n\n"
    "WebPubSubConnectionString='Endpoint=…;AccessKey=…;Version=1.0;' webpubsub start"
)
app.command(cls=FuncCommand, epilog=_START_EXAMPLES)(start)
#: As the official tool calls it.
_host = typer.Typer(help="The same as start, for what drives 'func host start'.")
_host.command(name="start", cls=FuncCommand, epilog=_START_EXAMPLES)(start)
_host.callback()(lambda: None)
app.add_typer(_host, name="host", hidden=True)
app.command(
    epilog=(
        "Examples:\n\n"
        "webpubsub service\n\n"
        "webpubsub service --event-handler chat=http://localhost:8000/eventhandler\n\n"
        'webpubsub service --port 9000 --access-key "$(openssl rand -hex 32)"'
    )
)(service)
app.command(
    name="exec",
    cls=TrailingCommand,
    epilog=(
        "Examples:\n\n"
        "webpubsub exec -- pytest\n\n"
        "webpubsub exec examples/chat -- node client.js\n\n"
        "webpubsub exec --event-handler 'chat=http://localhost:{port}/eventhandler' "
        "-- flask run --port {port}\n\n"
        "webpubsub exec examples/chat --dashboard -- bash\n\n"
        "webpubsub exec examples/chat -- sh -c 'curl \"$FUNCTIONS_URL/api/negotiate?user=alice\"'"
    ),
)(execute)
app.command(
    epilog=(
        "Examples:\n\n"
        "webpubsub record session.jsonl\n\n"
        "webpubsub record session.jsonl examples/chat\n\n"
        "webpubsub exec examples/chat --record session.jsonl -- node client.js"
    )
)(record)
app.command(
    epilog=(
        "Examples:\n\n"
        "webpubsub record session.jsonl\n\n"
        "webpubsub replay session.jsonl\n\n"
        "webpubsub replay session.jsonl examples/chat\n\n"
        "webpubsub replay session.jsonl --service 'Endpoint=…;AccessKey=…;Version=1.0;'"
    )
)(replay)
app.command(
    name="client-url",
    epilog=(
        "Examples:\n\n"
        "webpubsub client-url --hub chat --user alice\n\n"
        "webpubsub client-url --hub chat --role webpubsub.joinLeaveGroup --group room\n\n"
        'websocat "$(webpubsub client-url --hub chat --user alice)"'
    ),
)(client_url)
app.command(
    epilog=(
        "Examples:\n\n"
        "webpubsub explain handshake.token.missing\n\n"
        "webpubsub explain 401\n\n"
        "webpubsub explain --dashboard 'http://127.0.0.1:8080/dashboard/?token=…'"
    )
)(explain)
app.command(
    epilog=(
        "Examples:\n\n"
        "webpubsub check examples/chat\n\n"
        "webpubsub check examples/chat --azure\n\n"
        "webpubsub check --azure --settings azure.json --ignore trap.binding.name --json"
    )
)(check)
app.command(
    epilog=(
        "Examples:\n\n"
        "webpubsub doctor\n\n"
        "webpubsub doctor examples/chat\n\n"
        "webpubsub doctor examples/chat --json"
    )
)(doctor)
app.add_typer(keys, name="keys")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("webpubsub"))
        raise typer.Exit


@app.callback()
def _options(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Run Azure Functions apps with Web PubSub bindings anywhere."""
