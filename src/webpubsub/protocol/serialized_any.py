"""The bytes of a protobuf message: a ``google.protobuf.Any``.

Specification: client-protocols section 4.
"""


def is_serialized_any(data: bytes) -> bool:
    """Whether these bytes are an Any."""
    # The runtime is loaded by the first message of that type, not by every service.
    from google.protobuf.any_pb2 import Any
    from google.protobuf.message import DecodeError

    try:
        Any.FromString(data)
    except DecodeError:
        return False
    return True
