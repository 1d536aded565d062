"""The Python worker: function apps that run in the host's own process.

Nothing of ``azure.functions`` leaves this package: the host sees raw bindings and values.
"""

from webpubsub.host.python.worker import PythonWorker

__all__ = ["PythonWorker"]
