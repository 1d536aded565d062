"""The bindings of Web PubSub: trigger, connection input and output."""

from webpubsub.host.extensions.webpubsub.extension import WebPubSubExtension

__all__ = ["WebPubSubExtension"]
