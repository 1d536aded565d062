"""Every refusal is data: the catalogue that logs, pages, ``explain`` and the reference are made
from.

Each module of this package lists the refusals of one edge. On the wire clients see exactly what the
specification says; what is here is for the developer who asks why.
"""

from webpubsub.protocol.refusals.kinds import CheckMade, Refusal, RefusalKind, Refused

__all__ = ["CheckMade", "Refusal", "RefusalKind", "Refused"]
