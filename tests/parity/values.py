"""What functions return and set, as Python."""

#: What can go out, whatever the binding is.
VALUES = [
    *(
        "None",
        "'text'",
        "''",
        "'é☂'",
        "Text('mine')",
        "Loud('quiet')",
        "b'\\xff\\x00'",
        "bytearray(b'x')",
        "b''",
    ),
    *("{}", "{'a': [1, None, 'é']}", "[]", "[{'a': 1}, 2]", "Dict({'a': 1})", "[float('nan')]"),
    *("0", "-5", "2**40", "True", "False", "1.5", "-0.0", "float('inf')", "Number.ONE"),
    *("{1: 2}", "{'a': {'b': (1, 2)}}", "'{\"a\": 1}'", "json.dumps([1])"),
]
#: What cannot go out.
WRONG = ["{1}", "(1, 2)", "object()", "{'a': {1}}", "[b'x']", "{'a': object()}", "1j", "range(3)"]

#: The imports and classes that they need.
CLASSES = """
import enum, json

class Text(str): ...
class Loud(str):
    def __str__(self): return "LOUD"
class Dict(dict): ...
class Number(int, enum.Enum):
    ONE = 1
"""
