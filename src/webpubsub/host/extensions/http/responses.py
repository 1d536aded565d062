"""From what a function returned to an HTTP response.

Specification: functions-python sections 4.5, 5.1 and 8.4.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn

from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.http.answers import fits_in_header
from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.values import HttpResponseData, JsonText, Value
from webpubsub.host.worker import InvocationResult

OUTPUT_TYPE = "http"
#: A function that failed tells its caller nothing; the log has the details.
FAILED = HttpResponseData(status=500, headers=(), body=b"")
#: A function answered nothing and has nothing to answer with.
NO_CONTENT = HttpResponseData(status=204, headers=(), body=b"")

#: Headers that frame a response; the listener sets them.
FRAMING = frozenset({"connection", "content-length", "transfer-encoding"})

_TEXT = (("content-type", "text/plain; charset=utf-8"),)
_JSON = (("content-type", "application/json; charset=utf-8"),)
_BINARY = (("content-type", "application/octet-stream"),)
_STATUS = range(200, 1000)
#: Of so many names of headers it is kept whether they can be sent.
_MOST_NAMES = 256
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
#: How JSON begins, which most text does not.
_JSON_START = re.compile(r'[ \t\n\r]*[{\["\-0-9tfn]')


def response_of(function: FunctionMetadata, result: InvocationResult) -> HttpResponseData:
    """The response to the request that a function was called for. Raises BindingError."""
    if result.failure is not None:
        return FAILED
    return response_from(_answer(function, result))


def _answer(function: FunctionMetadata, result: InvocationResult) -> Value:
    """The value of the ``http`` output; without one, the return value."""
    for binding in function.outputs:
        if binding.kind == OUTPUT_TYPE and binding.name != "$return":
            return result.outputs.get(binding.name)
    return result.return_value


def response_from(value: Value) -> HttpResponseData:
    """A value as a response. Raises BindingError when it describes none that can be sent."""
    if isinstance(value, HttpResponseData):
        return _checked(value)
    if value is None:
        return NO_CONTENT
    if isinstance(value, bytes):
        return HttpResponseData(status=200, headers=_BINARY, body=value)
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, JsonText):
        return _from_json(value.text)
    if isinstance(value, int | float):
        return _text(str(value))
    raise BindingError(f"a {type(value).__name__} is no HTTP response; return an HttpResponse.")


def _from_text(text: str) -> HttpResponseData:
    """Text that is JSON is taken for JSON, as by the real host."""
    if _JSON_START.match(text) is None:
        return _text(text)
    try:
        document = _decode_json(text)
    except (ValueError, RecursionError):
        return _text(text)
    if _is_description(document):
        return _described(document)
    return _text(_shown(document))


def _from_json(text: str) -> HttpResponseData:
    document = json.loads(text)
    if _is_description(document):
        return _described(document)
    return HttpResponseData(status=200, headers=_JSON, body=text.encode())


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_decode_json = json.JSONDecoder(parse_constant=_no_constant).decode


def _shown(document: Any) -> str:
    """How .NET shows a parsed document."""
    if document is None:
        return ""
    if isinstance(document, dict | list):
        return json.dumps(document, indent=2, ensure_ascii=False)
    return str(document)


def _text(text: str) -> HttpResponseData:
    return HttpResponseData(status=200, headers=_TEXT, body=text.encode(errors="replace"))


def _is_description(document: object) -> bool:
    return isinstance(document, dict) and any(name.lower() == "body" for name in document)


def _described(document: Mapping[str, Any]) -> HttpResponseData:
    """An object with ``body``, and perhaps ``statusCode`` or ``status`` and ``headers``."""
    members = {name.lower(): value for name, value in document.items()}
    status = members.get("statuscode", members.get("status"))
    content_type, body = _body(members["body"])
    headers = _headers(members.get("headers"))
    if any(name.lower() == "content-type" for name, _ in headers):
        content_type = ()
    return _checked(
        HttpResponseData(status=_status(status), headers=(*content_type, *headers), body=body)
    )


def _body(value: Any) -> tuple[tuple[tuple[str, str], ...], bytes]:
    if value is None:
        return _TEXT, b""
    if isinstance(value, str):
        return _TEXT, value.encode(errors="replace")
    return _JSON, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        errors="replace"
    )


def _status(value: Any) -> int:
    if value is None:
        return 200
    if isinstance(value, int | str) and not isinstance(value, bool):
        try:
            return int(value)
        except ValueError:
            pass
    raise BindingError(f"the status of an HTTP response is {value!r}, and must be a number.")


def _headers(value: Any) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        raise BindingError(
            f"the headers of an HTTP response are {value!r}, and must be an object of texts."
        )
    return tuple((name, _header_value(item)) for name, item in value.items())


def _header_value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _checked(response: HttpResponseData) -> HttpResponseData:
    """The response itself, when it can be sent."""
    if response.status not in _STATUS:
        raise BindingError(
            f"the status of an HTTP response is {response.status}, and must be from "
            f"{_STATUS.start} to {_STATUS.stop - 1}."
        )
    for name, value in response.headers:
        problem = header_problem(name, value)
        if problem is not None:
            raise BindingError(problem)
    return response


def header_problem(name: str, value: str) -> str | None:
    """Why a header cannot be sent; None when it can."""
    if not _is_token(name):
        return f"{name!r} cannot be the name of a header of an HTTP response."
    if not fits_in_header(value):
        return (
            f"the header '{name}' of an HTTP response holds a control character, such as a line "
            "break."
        )
    return None


@lru_cache(maxsize=_MOST_NAMES)
def _is_token(name: str) -> bool:
    return _TOKEN.fullmatch(name) is not None
