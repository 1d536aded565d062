"""Events as CloudEvents over HTTP: where events become requests of a webhook and come back.

An event that stays in the process never passes through here, except that it carries the signature
by which a receiver knows the service. Specification: upstream-events sections 4 to 11.
"""

from webpubsub.protocol.cloud_events.signatures import signature

__all__ = ["signature"]
