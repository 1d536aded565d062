"""How clients speak to the peers in ``benchmarks/peers``: by plain frames, at these paths."""

from benchmarks.load.websockets import Endpoint


def member(port: int, group: str) -> Endpoint:
    """Is sent what is sent to the group, and sends to it."""
    return Endpoint(port=port, path=f"/member/{group}")


def publisher(port: int, group: str) -> Endpoint:
    """Sends to the group."""
    return Endpoint(port=port, path=f"/publisher/{group}")


def echo(port: int, _number: int) -> Endpoint:
    """Is sent back what it sends."""
    return Endpoint(port=port, path="/echo")
