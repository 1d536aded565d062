"""``webpubsub client-url``: a URL at which a client can connect."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from webpubsub.cli.console import fail

if TYPE_CHECKING:
    from webpubsub.protocol.connection_strings import ConnectionString


def client_url(
    hub: Annotated[str, typer.Option(help="Hub to connect to.", show_default=False)],
    user: Annotated[
        str | None, typer.Option(help="User of the connection; anonymous without it.")
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(help="Permission, such as webpubsub.sendToGroup. May be repeated."),
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option(help="Group to be in from the start. May be repeated.")
    ] = None,
    minutes: Annotated[int, typer.Option(min=1, help="How long the URL is good for.")] = 60,
    service_port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Port of a service on this machine.", show_default="8080"
        ),
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option(help="URL of a service that has the development key.")
    ] = None,
    connection_string: Annotated[
        str | None, typer.Option(help="Any service, its key included; quote it for the shell.")
    ] = None,
) -> None:
    """Print a URL at which a client can connect, and nothing else."""
    from webpubsub.protocol.access_tokens import client_token
    from webpubsub.protocol.names import is_hub_name

    if not is_hub_name(hub):
        fail(f"'{hub}' cannot be the name of a hub: letters, digits and _ . , ` [ ] are allowed")
    service = _service(service_port, endpoint, connection_string)
    if service.access_key is None:
        fail("the connection string has no AccessKey, and a token cannot be signed without")
    token = client_token(
        service.endpoint,
        hub,
        service.access_key,
        now=time.time(),
        user_id=user,
        roles=role or (),
        groups=group or (),
        minutes_to_expire=minutes,
    )
    typer.echo(f"ws{service.endpoint.removeprefix('http')}/client/hubs/{hub}?access_token={token}")


def _service(
    port: int | None, endpoint: str | None, connection_string: str | None
) -> "ConnectionString":
    from webpubsub.protocol.connection_strings import ConnectionString
    from webpubsub.service.settings import DEVELOPMENT_KEY

    if sum(given is not None for given in (port, endpoint, connection_string)) > 1:
        fail("give one of --service-port, --endpoint and --connection-string")
    if connection_string is None:
        endpoint = endpoint or f"http://127.0.0.1:{port or 8080}"
        if not endpoint.startswith(("http://", "https://")):
            fail(f"the endpoint must be a URL such as http://127.0.0.1:8080, and is '{endpoint}'")
        return ConnectionString(endpoint=endpoint.rstrip("/"), access_key=DEVELOPMENT_KEY)
    try:
        return ConnectionString.parse(connection_string)
    except ValueError as problem:
        fail(str(problem))
