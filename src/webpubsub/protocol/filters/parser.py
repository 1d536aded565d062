"""From the text of a filter to its tree, by recursive descent. Specification: rest-api section 9.2.

Comparisons bind tighter than ``and``, that tighter than ``or``, and ``not`` tighter than all of
them; comparisons in a row are read from the left.
"""

from collections.abc import Mapping

from webpubsub.protocol.filters.errors import FilterError, clipped
from webpubsub.protocol.filters.tokens import Token, TokenKind, tokens
from webpubsub.protocol.filters.tree import (
    Call,
    Comparison,
    Identifier,
    Junction,
    Literal,
    Membership,
    Node,
    Not,
)

#: How long a filter may be, in characters, and how deep parentheses, calls and operators may be
#: nested in it.
MAX_LENGTH = 65_536
MAX_DEPTH = 100

_CONSTANTS: Mapping[str, bool | None] = {"null": None, "true": True, "false": False}
_OR, _AND, _COMPARE = 1, 2, 3
#: How tightly an operator between two values binds.
_PRECEDENCE: Mapping[str, int] = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(("eq", "ne", "gt", "ge", "lt", "le", "in"), _COMPARE),
}
_MAX_INTEGER = 2**31 - 1
_MIN_INTEGER = -(2**31)


def parse_filter(text: str) -> Node:
    """The tree of a filter. Raises FilterError."""
    if len(text) > MAX_LENGTH:
        raise FilterError(text, f"A filter has at most {MAX_LENGTH} characters.")
    return _Parser(text).whole()


class _Parser:
    """Reads one filter from the left; ``_next`` is the word that has not been used."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._next = next(self._tokens)
        self._end = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._expression(_OR)
        if self._next.kind is not TokenKind.END:
            raise self._unexpected("the end")
        return node

    def _expression(self, weakest: int) -> Node:
        """Read on as long as operators bind at least as tightly as ``weakest``."""
        before = self._depth
        self._descend()
        start = self._next.start
        node = self._unary()
        while (precedence := self._precedence()) >= weakest:
            if precedence == _COMPARE:
                self._descend()
                node = self._comparison(node, start)
            else:
                node = self._junction(node, precedence, start)
        self._depth = before
        return node

    def _junction(self, first: Node, precedence: int, start: int) -> Node:
        operator = self._next.text
        operands = [first]
        while self._is_word(operator):
            self._advance()
            operands.append(self._expression(precedence + 1))
        return Junction(operator, tuple(operands), self._since(start))

    def _comparison(self, left: Node, start: int) -> Node:
        operator = self._advance().text
        if operator == "in":
            return self._membership(left, start)
        return Comparison(operator, left, self._unary(), self._since(start))

    def _membership(self, item: Node, start: int) -> Node:
        if not self._is_mark("("):
            collection = self._unary()
            return Membership(item, (), collection, self._since(start))
        self._advance()
        listed = [self._primary()]
        while self._is_mark(","):
            self._advance()
            listed.append(self._primary())
        self._close()
        return Membership(item, tuple(listed), None, self._since(start))

    def _unary(self) -> Node:
        if not self._is_word("not"):
            return self._primary()
        start = self._advance().start
        before = self._depth
        self._descend()
        operand = self._unary()
        self._depth = before
        return Not(operand, self._since(start))

    def _primary(self) -> Node:
        token = self._next
        if token.kind is TokenKind.STRING:
            self._advance()
            return Literal(token.text[1:-1].replace("''", "'"), token.text)
        if token.kind is TokenKind.INTEGER:
            self._advance()
            return Literal(self._integer(token), token.text)
        if token.kind is TokenKind.WORD and token.text not in _PRECEDENCE:
            return self._name()
        if self._is_mark("("):
            return self._parentheses()
        raise self._unexpected("a value")

    def _parentheses(self) -> Node:
        self._advance()
        node = self._expression(_OR)
        self._close()
        return node

    def _name(self) -> Node:
        token = self._advance()
        if token.text in _CONSTANTS:
            return Literal(_CONSTANTS[token.text], token.text)
        if not self._is_mark("("):
            return Identifier(token.text, token.text)
        arguments = self._arguments()
        return Call(token.text, arguments, self._since(token.start))

    def _arguments(self) -> tuple[Node, ...]:
        self._advance()
        arguments = [self._expression(_OR)]
        while self._is_mark(","):
            self._advance()
            arguments.append(self._expression(_OR))
        self._close()
        return tuple(arguments)

    def _integer(self, token: Token) -> int:
        digits = token.text.lstrip("+-").lstrip("0") or "0"
        # The length first: Python converts no number of thousands of digits.
        if len(digits) <= 10:
            value = -int(digits) if token.text.startswith("-") else int(digits)
            if _MIN_INTEGER <= value <= _MAX_INTEGER:
                return value
        raise FilterError(self._text, f"'{clipped(token.text)}' is not an integer of 32 bits.")

    # The words

    def _precedence(self) -> int:
        """That of the operator that is next; 0 when none is."""
        return _PRECEDENCE.get(self._next.text, 0) if self._next.kind is TokenKind.WORD else 0

    def _advance(self) -> Token:
        token = self._next
        self._end = token.end
        self._next = next(self._tokens)
        return token

    def _close(self) -> None:
        if not self._is_mark(")"):
            raise self._unexpected("')'")
        self._advance()

    def _is_word(self, text: str) -> bool:
        return self._next.kind is TokenKind.WORD and self._next.text == text

    def _is_mark(self, text: str) -> bool:
        return self._next.kind is TokenKind.MARK and self._next.text == text

    def _since(self, start: int) -> str:
        return self._text[start : self._end]

    def _descend(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FilterError(self._text, f"It is nested deeper than {MAX_DEPTH} levels.")

    def _unexpected(self, wanted: str) -> FilterError:
        token = self._next
        seen = "the end" if token.kind is TokenKind.END else f"'{clipped(token.text)}'"
        return FilterError(
            self._text, f"Expect {wanted} at position {token.start}, and found {seen}."
        )
