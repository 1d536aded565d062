"""Why messages of PubSub clients are refused."""

from webpubsub.protocol.refusals import RefusalKind, clients


def test_close_codes() -> None:
    """Another kind of frame is 1003, another content 1007."""
    codes = {
        kind.code: kind.close_code
        for kind in vars(clients).values()
        if isinstance(kind, RefusalKind)
    }
    assert codes == {
        "client.json.needs-text": 1003,
        "client.json.invalid": 1007,
        "client.protobuf.needs-binary": 1003,
        "client.protobuf.invalid": 1007,
    }
