"""The code that the protobuf compiler wrote belongs to the schema beside it.

Specification: client-protocols section 8.1.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor import Descriptor

from webpubsub.protocol.clients import webpubsub_pb2

SCHEMA = Path(webpubsub_pb2.__file__).with_name("webpubsub.proto")
_LINE = re.compile(r"(?:message (\w+)|oneof \w+) \{|.*?(\w+) = (\d+);|(\})")


def written() -> Iterator[tuple[str, str, int]]:
    """Message, field and number of every field in the text of the schema."""
    messages: list[str] = []
    for line in SCHEMA.read_text("utf-8").splitlines():
        found = _LINE.fullmatch(line.strip())
        if found is None:
            continue
        message, field, number, closing = found.groups()
        if closing:
            messages.pop()
        elif field:
            yield next(name for name in reversed(messages) if name), field, int(number)
        else:
            messages.append(message or "")


def generated(messages: list[Descriptor]) -> Iterator[tuple[str, str, int]]:
    """The same of the generated code."""
    for message in messages:
        if not message.GetOptions().map_entry:
            yield from ((message.name, field.name, field.number) for field in message.fields)
            yield from generated([*message.nested_types])


def test_the_schema_and_its_code_agree() -> None:
    """A field that was changed in one of the two files was changed in the other."""
    code = generated([*webpubsub_pb2.DESCRIPTOR.message_types_by_name.values()])
    assert sorted(written()) == sorted(code)
