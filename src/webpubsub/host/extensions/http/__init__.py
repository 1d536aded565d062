"""HTTP triggers and their answers."""

from webpubsub.host.extensions.http.extension import HttpExtension

__all__ = ["HttpExtension"]
