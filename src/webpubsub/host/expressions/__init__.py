"""``{expressions}`` and ``%settings%`` in the texts of bindings."""
