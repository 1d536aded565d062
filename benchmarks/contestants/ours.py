"""The service, and the host with an app: as others are served, so nobody looks at them."""

from benchmarks.contestants.contestant import OURS, SocketContestant, echo_in_group, python_version
from benchmarks.load.websockets import Endpoint
from benchmarks.servers import client_url, service_command

JSON = "json.webpubsub.azure.v1"
RELIABLE_JSON = "json.reliable.webpubsub.azure.v1"
ROOT = "ws://127.0.0.1:{}"


def client(port: int, group: str = "", *, joins: bool = False, subprotocol: str = JSON) -> Endpoint:
    """A client of the JSON subprotocols, which is told first that it is connected."""
    return Endpoint(
        port=port,
        path=client_path(port, [group] if joins else []),
        subprotocol=subprotocol,
        say=f'{{{{"type":"sendToGroup","group":"{group}","dataType":"text","data":"{{}}"}}}}'.format,
        greetings=1,
    )


def simple_client(port: int) -> Endpoint:
    """A client that says what it has to say, as a user event."""
    return Endpoint(port=port, path=client_path(port))


def client_path(port: int, groups: list[str] | None = None) -> str:
    """Where a client connects, by a URL that the official SDK has made."""
    return client_url(port, groups or []).removeprefix(ROOT.format(port))


def _member(port: int, group: str) -> Endpoint:
    return client(port, group, joins=True)


ours = SocketContestant(
    OURS,
    command=service_command,
    missing=str,
    version=lambda: f"{python_version('webpubsub')}, picows {python_version('picows')}",
    member=_member,
    publisher=client,
    echo=echo_in_group(_member),
)
