"""What stands on the wire of a relay, taken apart."""

from __future__ import annotations

import json
from typing import Any, cast

__all__ = ["data_of", "nulls_in", "objects"]


def data_of(wire: bytes) -> list[str]:
    """Return the data of all frames, which end with two line feeds each."""
    assert b"\r" not in wire
    blocks = wire.decode().split("\n\n")
    assert blocks.pop() == ""
    lines = [line for block in blocks for line in block.split("\n")]
    return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]


def objects(wire: bytes) -> list[dict[str, Any]]:
    """Return the objects in the frames."""
    return [json.loads(data) for data in data_of(wire) if data != "[DONE]"]


def nulls_in(value: Any, path: str = "") -> list[str]:
    """Return the paths of the nulls in an object."""
    if value is None:
        return [path]
    items: Any = ()
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
    elif isinstance(value, list):
        items = enumerate(cast("list[Any]", value))
    return [each for key, inner in items for each in nulls_in(inner, f"{path}.{key}")]
