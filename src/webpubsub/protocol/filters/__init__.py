"""OData filters: which connections are meant. Specification: rest-api section 9."""

from webpubsub.protocol.filters.compilation import Filter, Subject, compile_filter
from webpubsub.protocol.filters.errors import FilterError

__all__ = ["Filter", "FilterError", "Subject", "compile_filter"]
