"""The program of a worker process where traces are asked for: spans of user code are exported from
it, unless the app has a provider of its own.

The spans of the invocations themselves are the host's. Nothing is imported for it when the app does
not use OpenTelemetry, or when its packages are missing, which the host has said.
"""

import os
import sys
from contextlib import suppress

from webpubsub.host.python import child
from webpubsub.telemetry.environment import wanted_exporters


def adopt() -> None:
    """Export what the app that has just been imported will make, if it makes any."""
    if "opentelemetry.trace" not in sys.modules:
        return
    with suppress(ModuleNotFoundError):
        from webpubsub.telemetry.tracing import adopt_user_spans, processors_for, provider_with

        adopt_user_spans(provider_with(processors_for(wanted_exporters(os.environ))))


if __name__ == "__main__":
    child.main(adopt)
