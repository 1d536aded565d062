"""Which extension bundles a host.json lets in, and what is in them.

A range is written as NuGet writes one: ``[4.*, 5.0.0)``, or a single version, which is the lowest.
Specification: bindings sections 2.9 and 9.
"""

import re

import msgspec

_RANGE = re.compile(r"([\[(])\s*([^,\s]*)\s*,\s*([^,\s]*)\s*([\])])")
_SINGLE = re.compile(r"\[?\s*([^,\s\[\]()]+)\s*\]?")
_VERSION = re.compile(r"\d+(\.(\d+|\*)){0,3}")

Version = tuple[int, ...]

ID = "Microsoft.Azure.Functions.ExtensionBundle"
KNOWN_IDS = (ID, f"{ID}.Preview", f"{ID}.Experimental")
#: The first whose webhook works for functions with connections of their own and no default one.
FIRST_SOUND: Version = (4, 35, 0)
#: What makes a host load the Web PubSub extension from the bundle: these types, not the context.
LOADING_TYPES = frozenset(
    {"webpubsub", "webpubsubconnection", "webpubsubrequest", "webpubsubtrigger"}
)
#: What the bundle has besides: the types of their bindings as apps write them, by lower case.
OTHER_TYPES = {
    name.lower(): name
    for name in (
        *("activityTrigger", "assistantCreate", "assistantPost", "assistantQuery"),
        *("assistantSkillTrigger", "blob", "blobTrigger", "connectorTrigger", "cosmosDB"),
        *("cosmosDBTrigger", "daprBinding", "daprBindingTrigger", "daprInvoke", "daprPublish"),
        *("daprSecret", "daprServiceInvocationTrigger", "daprState", "daprTopicTrigger"),
        *("durableClient", "embeddings", "embeddingsStore", "entityTrigger", "eventGrid"),
        *("eventGridTrigger", "eventHub", "eventHubTrigger", "kafka", "kafkaTrigger", "kusto"),
        *("mcpPromptTrigger", "mcpResourceTrigger", "mcpToolProperty", "mcpToolTrigger"),
        *("mysql", "mysqlTrigger", "orchestrationClient", "orchestrationTrigger", "queue"),
        *("queueTrigger", "rabbitMQ", "rabbitMQTrigger", "redis", "redisListTrigger"),
        *("redisPubSubTrigger", "redisStreamTrigger", "semanticSearch", "sendGrid"),
        *("serviceBus", "serviceBusTrigger", "signalR", "signalRConnectionInfo"),
        *("signalREndpoints", "signalRNegotiation", "signalRTrigger", "sql", "sqlTrigger"),
        *("table", "textCompletion", "twilioSms", "warmupTrigger"),
    )
}


class BundleRange(msgspec.Struct, frozen=True):
    """The versions that a range lets in; ``upper`` None is no bound."""

    lower: Version
    upper: Version | None = None
    includes_upper: bool = False

    @classmethod
    def parse(cls, text: str) -> "BundleRange":
        """Raises ValueError for what is no range of versions."""
        between = _RANGE.fullmatch(text.strip())
        if between:
            upper = between[3]
            return cls(
                _version(between[2] or "0"),
                _version(upper) if upper else None,
                includes_upper=between[4] == "]",
            )
        single = _SINGLE.fullmatch(text.strip())
        if single is None:
            raise ValueError("it is no range of versions")
        version = _version(single[1])
        return cls(version, version, True) if text.strip().startswith("[") else cls(version)

    def reaches(self, version: Version) -> bool:
        """Whether it lets in this version or a later one."""
        if self.upper is None:
            return True
        return version < self.upper or (self.includes_upper and version == self.upper)


def _version(text: str) -> Version:
    if _VERSION.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no version")
    numbers = [int(part) for part in text.split(".") if part != "*"]
    return tuple(numbers + [0] * (3 - len(numbers)))
