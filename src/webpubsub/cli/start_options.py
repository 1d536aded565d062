"""The options of the commands that run an app, each named once."""

from pathlib import Path
from typing import Annotated

import typer

AppDirArgument = Annotated[
    Path, typer.Argument(help="Folder of the function app.", show_default="this folder")
]
PortOption = Annotated[
    int | None,
    typer.Option(
        "--port", "-p", min=0, max=65535, help="Port of the HTTP functions.", show_default="7071"
    ),
]
ServicePortOption = Annotated[
    int, typer.Option("--service-port", min=0, max=65535, help="Port of the built-in service.")
]
AddressOption = Annotated[
    str | None,
    typer.Option("--address", help="Address that both listen on.", show_default="127.0.0.1"),
]
EnableAuthOption = Annotated[
    bool,
    typer.Option(
        "--enable-auth",
        "--enableAuth",
        help="Ask for keys, as on Azure; 'webpubsub keys' shows and changes them.",
    ),
]
FunctionsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--functions", help="Run these functions only, with spaces between.", show_default=False
    ),
]
CorsOption = Annotated[
    str | None,
    typer.Option(
        "--cors",
        help="Origins whose web pages may call functions, with commas between, or *.",
        show_default="Host.CORS",
    ),
]
CorsCredentialsOption = Annotated[
    bool, typer.Option("--cors-credentials", help="Let those pages send cookies.")
]
ScriptRootOption = Annotated[
    Path | None,
    typer.Option(
        "--script-root",
        "--prefix",
        help="Folder of the function app, as 'func' names it.",
        show_default=False,
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=0,
        max=64,
        help="Processes that run the functions; 0 is this one.",
        show_default="0, or FUNCTIONS_WORKER_PROCESS_COUNT",
    ),
]
ReloadOption = Annotated[
    bool,
    typer.Option(
        "--reload/--no-reload",
        help="Serve the app anew whenever its files change; clients stay connected.",
    ),
]
AppVerboseOption = Annotated[
    bool | None,
    typer.Option(
        "--verbose/--no-verbose",
        help="Show what the host itself logs, too.",
        show_default="off, or on where variables such as CI say that nobody looks on",
    ),
]
UserLogLevelOption = Annotated[
    str | None,
    typer.Option(
        "--user-log-level",
        envvar="FUNCTIONS_USER_LOG_LEVEL",
        help="Least level that is shown of what code of the app logs: Trace to Critical, None.",
        show_default="as host.json says",
    ),
]
JsonOutputOption = Annotated[
    bool,
    typer.Option(
        "--json-output",
        "--enable-json-output",
        help="Say everything as JSON, one object a line.",
    ),
]
