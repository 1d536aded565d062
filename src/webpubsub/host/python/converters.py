"""Values to Python arguments and back, by the converter registry of ``azure.functions``.

A binding type without a registered converter is generic. Types are looked up by their exact
spelling, which is the worker's own: a private name such as ``wps.trigger``, or the public one.
Specification: functions-python sections 4.3, 4.4 and 15.2.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from http.cookies import SimpleCookie
from typing import Any, Protocol, TypeAlias, cast

from azure.functions import HttpResponse
from azure.functions.http import HttpRequest, HttpRequestConverter, HttpResponseConverter
from azure.functions.meta import Datum, get_binding_registry

from webpubsub.host.values import (
    EventValue,
    HttpRequestData,
    HttpResponseData,
    JsonText,
    JsonValue,
    Value,
)
from webpubsub.protocol.actions import Action
from webpubsub.protocol.responses import EventResponse

#: The type of a parameter that is annotated str or bytes and so bypasses a converter.
GENERIC = "generic"

#: The type whose functions take events of the service as the objects they are.
_TAKES_EVENTS = "wps.trigger"
#: The types whose answers and actions go on as the objects they are.
_GIVES_OBJECTS: Mapping[str, type] = {"wps.trigger": EventResponse, "wps.output": Action}

_get_registry: Callable[[], Any] = get_binding_registry
_REGISTRY = _get_registry()
_INT64 = range(-(2**63), 2**63)


class Converter(Protocol):
    """What the registry holds: a class with these class methods. Those for one direction may be
    missing."""

    def has_trigger_support(self) -> bool: ...

    def has_implicit_output(self) -> bool: ...

    def check_input_type_annotation(self, pytype: type) -> bool: ...

    def check_output_type_annotation(self, pytype: type) -> bool: ...

    def decode(self, data: Datum | None, *, trigger_metadata: Mapping[str, Any]) -> Any: ...

    def encode(self, obj: Any, *, expected_type: Any) -> Datum: ...


def converter_for(binding_type: str) -> Converter | None:
    """The registered converter, or None for a generic binding."""
    return cast("Converter | None", _REGISTRY.get(binding_type))


def has_implicit_output(binding_type: str) -> bool:
    """Whether a function with such a binding may return a value without a ``$return`` binding."""
    converter = converter_for(binding_type)
    if converter is None:
        return binding_type != "durableClient"
    return bool(hasattr(converter, "has_implicit_output") and converter.has_implicit_output())


def accepts_input(binding_type: str, annotation: Any) -> bool:
    """Whether a parameter may be annotated so. Raises TypeError for what is not a class."""
    converter = converter_for(binding_type)
    if converter is None:
        return issubclass(annotation, str | bytes)
    return bool(converter.check_input_type_annotation(annotation))


def accepts_output(binding_type: str, annotation: Any) -> bool:
    """Whether an ``Out`` argument or a return annotation may be this. Raises TypeError likewise."""
    converter = converter_for(binding_type)
    if converter is None:
        return issubclass(annotation, str | bytes | bytearray)
    return bool(converter.check_output_type_annotation(annotation))


def takes_metadata(binding_type: str) -> bool:
    """Whether the converter of a binding asks for trigger metadata."""
    converter = converter_for(binding_type)
    return converter is not None and converter.has_trigger_support()


def takes_events(binding_type: str) -> bool:
    """Whether a function with such a trigger takes events as they are."""
    return binding_type == _TAKES_EVENTS


Metadata: TypeAlias = Callable[[], Mapping[str, Value]]


def decoder_for(binding_type: str) -> Callable[[Value, Metadata], Any]:
    """What makes the argument a function receives out of a value and its lazy trigger metadata.

    It raises whatever the converter raises.
    """
    converter = converter_for(binding_type)
    if converter is None:
        return _decode_generic
    decode = _decoder(binding_type, converter)
    if _REGISTRY.get(binding_type) is HttpRequestConverter:
        return partial(_request_or, decode)
    return partial(_event_or, decode) if takes_events(binding_type) else decode


def _event_or(decode: Callable[[Value, Metadata], Any], value: Value, metadata: Metadata) -> Any:
    """An event of this process needs no converter."""
    return value.event if isinstance(value, EventValue) else decode(value, metadata)


def _request_or(decode: Callable[[Value, Metadata], Any], value: Value, metadata: Metadata) -> Any:
    """What the converter makes of a request, without a datum for each text in it."""
    if not isinstance(value, HttpRequestData):
        return decode(value, metadata)
    return HttpRequest(
        method=value.method,
        url=value.url,
        headers=value.headers,
        params=value.query,
        route_params=value.route_params,
        body_type="bytes",
        body=value.body,
    )


def _decoder(binding_type: str, converter: Converter) -> Callable[[Value, Metadata], Any]:
    wanted = takes_metadata(binding_type)

    def decode(value: Value, metadata: Metadata) -> Any:
        data = _datum(value)
        named = metadata() if wanted else {}
        try:
            return converter.decode(
                data, trigger_metadata={name: _datum(item) for name, item in named.items()}
            )
        except NotImplementedError:
            kind = None if data is None else data.type
            raise TypeError(
                f"unable to decode incoming TypedData: the converter of '{binding_type}' does not "
                f"take data of the kind {kind!r}"
            ) from None

    return decode


def _decode_generic(value: Value, _metadata: Metadata) -> str | bytes | None:
    if isinstance(value, EventValue):
        return value.wire
    data = _datum(value)
    if data is None:
        return None
    if data.type not in ("string", "json", "bytes"):
        raise ValueError(f"unexpected type of data for a generic binding: '{data.type}'")
    return cast("str | bytes", data.value)


def _datum(value: Value) -> Datum | None:
    """A value as the worker's converters know it; None is no datum at all."""
    if value is None:
        return None
    if isinstance(value, str):
        return Datum(value, "string")
    if isinstance(value, bytes):
        return Datum(value, "bytes")
    if isinstance(value, JsonText):
        return Datum(value.text, "json")
    if isinstance(value, HttpRequestData):
        return Datum(_http_members(value), "http")
    if isinstance(value, EventValue):
        return _datum(value.wire)
    raise NotImplementedError(f"unsupported kind of input: {type(value).__name__}")


def _http_members(request: HttpRequestData) -> dict[str, Any]:
    return {
        "method": Datum(request.method, "string"),
        "url": Datum(request.url, "string"),
        "headers": _texts(request.headers),
        "query": _texts(request.query),
        "params": _texts(request.route_params),
        "body": Datum(request.body, "bytes"),
    }


def _texts(values: Mapping[str, str]) -> dict[str, Datum]:
    return {name: Datum(value, "string") for name, value in values.items()}


def encoder_for(binding_type: str, expected_type: Any) -> Callable[[Any], Value]:
    """What makes a value out of what a function returned or set. It raises TypeError for what
    cannot be encoded."""
    converter = converter_for(binding_type)
    if converter is None:
        return partial(_encode_generic, binding_type)
    encode = _encoder(binding_type, converter, expected_type)
    if _REGISTRY.get(binding_type) is HttpResponseConverter:
        return partial(_response_or, encode)
    kind = _GIVES_OBJECTS.get(binding_type)
    return encode if kind is None else partial(_pass_on, kind, encode)


def _pass_on(kind: type, encode_other: Callable[[Any], Value], result: Any) -> Value:
    """Responses and actions were checked when they were made, and go on as they are."""
    if isinstance(result, kind) or (kind is Action and _are_actions(result)):
        return JsonValue(result)
    return encode_other(result)


def _are_actions(result: Any) -> bool:
    return isinstance(result, list) and all(isinstance(item, Action) for item in result)


def _response_or(encode: Callable[[Any], Value], result: Any) -> Value:
    """What the converter makes of a response, without a datum for each text in it; cookies are left
    to it."""
    if type(result) is not HttpResponse:
        return encode(result)
    headers: dict[str, str] = {}
    has_type = False
    for name, text in result.headers:
        lowered = name.lower()
        if lowered == "set-cookie":
            return encode(result)
        has_type = has_type or lowered == "content-type"
        headers[name] = text
    if not has_type:
        kind = result.mimetype
        is_text = kind.startswith("text/")
        headers["content-type"] = f"{kind}; charset={result.charset}" if is_text else kind
    return HttpResponseData(
        status=int(str(result.status_code)),
        headers=tuple(headers.items()),
        body=result.get_body() or b"",
    )


def _encoder(binding_type: str, converter: Converter, expected_type: Any) -> Callable[[Any], Value]:
    def encode(result: Any) -> Value:
        try:
            data = converter.encode(result, expected_type=expected_type)
        except NotImplementedError:
            raise _not_encodable(binding_type, result) from None
        return _value(data)

    return encode


def _not_encodable(binding_type: str, result: object) -> TypeError:
    return TypeError(
        f'unable to encode outgoing TypedData: unsupported type "{binding_type}" for '
        f'Python type "{type(result).__name__}"'
    )


def _encode_generic(binding_type: str, result: Any) -> Value:
    if result is None:
        return None
    if isinstance(result, str):
        return str.__str__(result)
    if isinstance(result, bytes | bytearray):
        return bytes(result)
    if isinstance(result, dict | list):
        return JsonText(json.dumps(result))
    if isinstance(result, int):
        return _int64(result)
    if isinstance(result, float):
        return float(result)
    raise _not_encodable(binding_type, result)


def _int64(number: int) -> int:
    plain = int(number)  # a range is searched item by item for what is only a subclass of int
    if plain not in _INT64:
        raise ValueError(f"{plain} does not fit in 64 bits; return it as text")
    return plain


#: How each kind of datum leaves a converter; dict and list are not kinds of the wire, and a boolean
#: travels as a number.
_VALUES: Mapping[str, Callable[[Any], Value]] = {
    "string": str.__str__,
    "bytes": bytes,
    "json": JsonText,
    "dict": lambda value: JsonText(json.dumps(value)),
    "list": lambda value: JsonText(json.dumps(value)),
    "int": _int64,
    "bool": int,
    "double": float,
    "http": lambda value: _http_response(value),
}


def _value(data: Datum) -> Value:
    if data.type is None:
        return None
    if data.type not in _VALUES:
        raise NotImplementedError(f"unexpected kind of data from a converter: {data.type}")
    return _VALUES[data.type](data.value)


def _http_response(members: Mapping[str, Any]) -> HttpResponseData:
    headers = [(name, str(header.value)) for name, header in members["headers"].items()]
    cookies = _set_cookie_headers(members.get("cookies") or ())
    body = _value(members["body"])
    return HttpResponseData(
        status=int(members["status_code"].value),
        headers=(*headers, *cookies),
        body=body.encode() if isinstance(body, str) else cast("bytes", body or b""),
    )


def _set_cookie_headers(cookies: "tuple[()] | list[SimpleCookie]") -> list[tuple[str, str]]:
    return [
        ("set-cookie", morsel.OutputString()) for cookie in cookies for morsel in cookie.values()
    ]
