"""Which functions use which connection settings. Specification: bindings section 2.6."""

from collections.abc import Mapping, Sequence

from webpubsub.host.azure.app import AzureApp
from webpubsub.host.connections.connection_settings import DEFAULT_CONNECTION
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub.properties import connection_names
from webpubsub.host.metadata import Binding


def uses_of_connections(app: AzureApp) -> Mapping[str, Sequence[str]]:
    """The functions by the name of the setting that their bindings need."""
    uses: dict[str, dict[str, None]] = {}
    for _, binding, report in app.web_pubsub_bindings():
        for name in names_of_connections(binding):
            uses.setdefault(name, {})[report.name] = None
    return {name: list(functions) for name, functions in uses.items()}


def names_of_connections(binding: Binding) -> Sequence[str]:
    """The settings that a binding needs, none for one that cannot be read. No setting is meant by a
    name with a percent sign."""
    try:
        names = connection_names(binding) or [DEFAULT_CONNECTION]
    except BindingError:
        return []  # the function is in error
    return [name for name in names if "%" not in name]
