"""Invoking the application, and taking it back. Specification: client-protocols section 9.2."""

from webpubsub.protocol.clients import requests
from webpubsub.service.connections.client import Client
from webpubsub.service.connections.invocations import Invocations
from webpubsub.service.connections.requests.handlers import Handlers


def _invoke(client: Client, request: requests.Invoke) -> None:
    if client.invocations is None:
        client.invocations = Invocations(client.session, client.router, client.tell)
    client.invocations.invoke(request)


def _cancel(client: Client, request: requests.CancelInvocation) -> None:
    if client.invocations is not None:
        client.invocations.cancel(request.invocation_id)


INVOCATIONS: Handlers = {
    requests.Invoke: _invoke,
    requests.CancelInvocation: _cancel,
}
