"""What a function app imports: apps with typed triggers, inputs and outputs."""

from webpubsub.functions.apps import Blueprint, WebPubSubApp
from webpubsub.functions.connections import WebPubSubConnection
from webpubsub.functions.contexts import PreflightRequest, SimpleResponse, WebPubSubContext
from webpubsub.functions.converters import register_converters
from webpubsub.functions.mistakes import AppMistake
from webpubsub.functions.typed_bindings import typed_bindings

__all__ = [
    "AppMistake",
    "Blueprint",
    "PreflightRequest",
    "SimpleResponse",
    "WebPubSubApp",
    "WebPubSubConnection",
    "WebPubSubContext",
    "typed_bindings",
]

register_converters()
