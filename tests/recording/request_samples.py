"""One request of every type that a client can make, and more where they differ."""

from webpubsub.protocol.clients import requests
from webpubsub.protocol.messages import DataType, Message, StreamError

TEXT = Message(DataType.TEXT, "grüße".encode())
JSON = Message(DataType.JSON, b'{"a":[1,2.5,null]}')
BINARY = Message(DataType.BINARY, b"\x00\xff")

SAMPLES: list[requests.ClientRequest] = [
    requests.JoinGroup(group="g", ack_id=1),
    requests.JoinGroup(group="g"),
    requests.LeaveGroup(group="g", ack_id=2),
    requests.SendToGroup(group="g", message=TEXT, no_echo=True, ttl_seconds=5, ack_id=3),
    requests.SendToGroup(group="g", message=BINARY),
    requests.SendEvent(event="e", message=JSON, ack_id=2**64 - 1),
    requests.SendEvent(event="e", message=Message(DataType.TEXT, b"x", {"k": "v"})),
    requests.SendToGroup(group="g", message=Message(DataType.PROTOBUF, b"\x0a\x01x")),
    requests.SendToGroup(group="g", message=Message(DataType.TEXT, b"", {"k": "v"})),
    requests.SendEvent(event="e", message=Message(DataType.TEXT, b"")),
    requests.Ping(),
    requests.SequenceAck(sequence_id=8),
    requests.Invoke(invocation_id="i", event="e", message=TEXT),
    requests.CancelInvocation(invocation_id="i"),
    requests.SetGroupState(group="g", state={"mood": "good"}, ack_id=4),
    requests.SetGroupState(group="g", ack_id=4),
    requests.SubscribeGroupState(group="g", ack_id=5),
    requests.UnsubscribeGroupState(group="g", ack_id=6),
    requests.StartStream(group="g", stream_id="s", idle_timeout_ms=1000, ack_id=7),
    requests.StreamFragment(stream_id="s", sequence_id=1, message=JSON),
    requests.StartStream(group="g", stream_id="s", no_echo=True, carries_message=True),
    requests.KeepStreamAlive(stream_id="s"),
    requests.EndStream(stream_id="s"),
    requests.EndStream(stream_id="s", error=StreamError("UserError", "no")),
    requests.EndStream(stream_id="s", error=StreamError("UserError", "no", "42")),
]
