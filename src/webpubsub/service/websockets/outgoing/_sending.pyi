from typing import Any

def is_readable(fileno: int) -> bool: ...
def send_each(filenos: list[int], data: list[bytes]) -> list[tuple[int, int]]: ...
def send_same(
    ways: list[Any],
    start: int,
    end: int,
    between: int,
    patience: int,
    data: bytes,
    apart: dict[Any, Any],
    others: int,
) -> tuple[int, list[tuple[Any, int]]]: ...
