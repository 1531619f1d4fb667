"""The display of a JSON value, whole or still growing, as a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, cast

from rich.text import Text
from rich.tree import Tree

from streamkit._core.json.view import is_open
from streamkit._core.visible import visible, visible_line

__all__ = ["CURSOR", "value_tree"]

CURSOR = Text("▌", style="blink yellow")
"""The sign at the place of the next character."""


def value_tree(
    label: Text, value: object, *, growing: bool = False, limit: int | None = None
) -> Tree:
    """Return the tree of a value.

    Args:
        label: The root of the tree.
        value: The JSON value, whole or partial.
        growing: Whether the value may still grow; if so, a cursor stands where it grows.
        limit: The number of items drawn of each container, its last ones; None draws all.
    """
    tree = Tree(label, guide_style="bright_black")
    if _is_container(value):
        _grow(tree, value, growing=growing, limit=limit)
    elif value is not None:
        tree.add(_leaf(value, growing=growing))
    return tree


def _grow(tree: Tree, container: object, *, growing: bool, limit: int | None) -> None:
    hidden, items = _last_items(container, limit)
    if hidden:
        tree.add(Text(f"… {hidden:,} more", "bright_black"))
    # A container grows only while its view is partial, and only in its last item.
    growing = growing and is_open(container)
    for left, (key, value) in zip(range(len(items) - 1, -1, -1), items, strict=True):
        grows_here = growing and not left
        if _is_container(value) and value:
            _grow(tree.add(Text(key, "cyan")), value, growing=grows_here, limit=limit)
        else:
            tree.add(Text.assemble((key, "cyan"), " ", _leaf(value, growing=grows_here)))


def _last_items(container: object, limit: int | None) -> tuple[int, list[tuple[str, Any]]]:
    """Return the number of items that are left out, and the others with their names."""
    if isinstance(container, Mapping):
        mapping = cast("Mapping[str, Any]", container)
        hidden = max(0, len(mapping) - limit) if limit else 0
        return hidden, [(visible_line(key), mapping[key]) for key in islice(mapping, hidden, None)]
    items = cast("Sequence[Any]", container)
    hidden = max(0, len(items) - limit) if limit else 0
    return hidden, [(f"[{place}]", items[place]) for place in range(hidden, len(items))]


def _is_container(value: object) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str)


def _leaf(value: object, *, growing: bool) -> Text:
    match value:
        case str():
            text = Text(visible(value), "green")
            return text.append_text(CURSOR) if growing else text
        case None | bool():
            return Text({None: "null", True: "true", False: "false"}[value], "magenta")
        case Mapping() | Sequence() if growing:
            return CURSOR
        case Mapping():
            return Text("{}", "bright_black")
        case Sequence():
            return Text("[]", "bright_black")
        case _:
            return Text(str(value), "bold blue")
