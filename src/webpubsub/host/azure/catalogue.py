"""All rules, and what they find in an app."""

from collections.abc import Iterator, Sequence

from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.bundles import OTHER_TYPES
from webpubsub.host.azure.rule import Finding, Rule
from webpubsub.host.azure.rules import (
    bindings,
    deployment,
    events,
    functions,
    host_json,
    packages,
    settings,
)

#: What is wrong with an app wherever it runs.
RULES_HERE: Sequence[Rule] = functions.RULES
RULES: Sequence[Rule] = (
    *functions.RULES,
    *bindings.RULES,
    *events.RULES,
    *host_json.RULES,
    *settings.RULES,
    *packages.RULES,
    *deployment.RULES,
)


def findings_here(app: AzureApp) -> Sequence[Finding]:
    """What keeps the app or its functions from running here."""
    return list(_findings(app, RULES_HERE))


def findings_on_azure(app: AzureApp) -> Sequence[Finding]:
    """What would go wrong on Azure.

    That a function is in error is left out where another rule has explained it, and for bindings
    that Azure has and this host has not.
    """
    found = list(_findings(app, RULES))
    explaining = {rule.code for rule in RULES if rule.explains}
    explained = {finding.where for finding in found if finding.code in explaining}
    explained |= {item.where for item in app.bindings(*OTHER_TYPES)}
    in_error = functions.IN_ERROR.code
    return [one for one in found if one.code != in_error or one.where not in explained]


def _findings(app: AzureApp, rules: Sequence[Rule]) -> Iterator[Finding]:
    return (Finding.of(rule, seen) for rule in rules for seen in rule.find(app))
