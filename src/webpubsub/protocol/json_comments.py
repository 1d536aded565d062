"""Comments in JSON that people write."""

import re

#: A string is matched first, so that what looks like a comment inside it stays.
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_STRING_OR_LAST_COMMA = re.compile(r'"(?:\\.|[^"\\\n])*"|,(?=\s*[}\]])', re.DOTALL)
_NOT_NEWLINE = re.compile(r"[^\n]")


def without_comments(text: str) -> str:
    """The text with ``//`` and ``/* */`` comments turned into blanks, so that positions stay
    true."""
    return _STRING_OR_COMMENT.sub(_blank, text)


def without_last_commas(text: str) -> str:
    """Text without comments, its commas behind the last item of an object or array blanked too."""
    return _STRING_OR_LAST_COMMA.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    found = match[0]
    return found if found.startswith('"') else _NOT_NEWLINE.sub(" ", found)
