"""HTTP functions that take the request of a web framework, and answer with its responses.

An app that imports a package such as ``azurefunctions.extensions.http.fastapi`` has chosen that for
all of its HTTP functions. On Azure the worker then runs a server of the framework, to which the
host passes requests on; here a function gets the request as it arrives, and its response is sent by
the host as it is made. Specification: functions-python section 2.5.
"""

import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from webpubsub.host.current_invocation import current_invocation
from webpubsub.host.values import HttpExchange, HttpReply, Receive, Send, Value

_BASE = "azurefunctions.extensions.base"
_TRIGGER, _OUTPUT = "httpTrigger", "http"


class WebFramework(msgspec.Struct, frozen=True, kw_only=True):
    """The package that an app has chosen, and its classes of requests and responses."""

    package: str
    request: type[Any]
    responses: tuple[type[Any], ...]

    def accepts_input(self, binding_type: str, annotation: Any) -> bool | None:
        """Whether a parameter may be annotated so; None when this is another's business."""
        if binding_type != _TRIGGER:
            return None
        return isinstance(annotation, type) and issubclass(annotation, self.request)

    def accepts_output(self, binding_type: str, annotation: Any) -> bool | None:
        """Whether a function may return this; None when this is another's business."""
        if binding_type != _OUTPUT:
            return None
        return isinstance(annotation, type) and issubclass(annotation, self.responses)

    def takes(self, binding_type: str) -> bool:
        """Whether such a trigger brings its requests."""
        return binding_type == _TRIGGER

    def decode(self, value: Value, _metadata: object) -> Any:
        """The request that a function is given. Raises TypeError for what is none."""
        if not isinstance(value, HttpExchange):
            raise TypeError(f"{self.package} takes HTTP requests alone: call the function by HTTP")
        return self.request(value.scope, value.receive)

    def encode(self, answer: Any) -> HttpReply:
        """What a function returned, ready to be sent. Raises TypeError for None."""
        if answer is None:
            raise TypeError(f"the function returned None, which is no response of {self.package}")
        invocation = current_invocation.get()

        async def send_answer(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
            token = current_invocation.set(invocation)  # what it logs meanwhile is its function's
            try:
                await self._response(answer)(scope, receive, send)
            finally:
                current_invocation.reset(token)

        return HttpReply(send_answer)

    def _response(self, answer: Any) -> Any:
        """A response as it is; other values as FastAPI turns them into JSON."""
        if callable(answer) and isinstance(answer, self.responses):
            return answer
        from fastapi.encoders import jsonable_encoder
        from fastapi.responses import JSONResponse

        return JSONResponse(jsonable_encoder(answer))


def forget_framework() -> None:
    """Let the next app choose anew: packages outlive the apps that import them."""
    package = _package()
    for name in list(sys.modules):
        if package and (name == package or name.startswith(f"{package}.")):
            del sys.modules[name]


def imported_framework() -> WebFramework | None:
    """What has been chosen since the last ``forget_framework``, None for nothing."""
    package = _package()
    if package is None or package not in sys.modules:
        return None
    base: Any = sys.modules[_BASE]
    return WebFramework(
        package=package,
        request=base.RequestTrackerMeta.get_request_type(),
        responses=tuple(
            kind
            for label in base.ResponseLabels
            if (kind := base.ResponseTrackerMeta.get_response_type(label)) is not None
        ),
    )


def _package() -> str | None:
    """The package that has told the base of all such packages of itself; there can be one."""
    base: Any = sys.modules.get(_BASE)
    module = base.ModuleTrackerMeta.get_module() if base is not None else None
    return None if module is None else str(module).rpartition(".")[0]
