"""What the ``webPubSubConnection`` input gives a function."""

import msgspec


class WebPubSubConnection(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a client needs to connect.

    ``url`` is ``base_url`` with the access token in its query; give it to the client and to nobody
    else. The token is new at every call and valid for an hour. Specification: bindings section 7.
    """

    base_url: str
    url: str
    access_token: str

    def __repr__(self) -> str:
        """Without the token, so that it does not end in a log."""
        return f"{type(self).__name__}(base_url={self.base_url!r})"


_DECODER = msgspec.json.Decoder(WebPubSubConnection)


def connection_from_json(text: str | bytes) -> WebPubSubConnection:
    """The connection in the text of the input binding. Raises ValueError, without its content."""
    try:
        return _DECODER.decode(text)
    except ValueError as error:
        raise ValueError(f"the connection that the host gave cannot be read: {error}") from None
