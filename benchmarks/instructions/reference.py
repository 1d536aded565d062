"""Work in pure Python that stays as it is, by which builds of Python compare."""

from collections.abc import Sequence


class _Item:
    __slots__ = ("name", "size")

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = len(name)

    def is_longer(self, size: int) -> bool:
        return self.size > size


def work() -> Sequence[str]:
    """Calls, attributes, texts, lists, dicts and a comprehension: what our own code is made of."""
    items = [_Item(f"item {number}") for number in range(20)]
    by_name = {item.name: item for item in items}
    found = [name for name, item in by_name.items() if item.is_longer(6)]
    text = ",".join(found).encode()
    return sorted(text.decode().split(","), reverse=True)
