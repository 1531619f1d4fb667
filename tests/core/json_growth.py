"""Whether a partial value only adds to an older one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.json.parser import (
    PartialArray,
    PartialObject,
)

if TYPE_CHECKING:
    from typing import TypeAlias

    JSON: TypeAlias = bool | float | str | list["JSON"] | dict[str, "JSON"] | None


def grows(older: JSON, newer: JSON) -> bool:
    """Return whether ``newer`` contains all of ``older``, and only adds at its end."""
    match older, newer:
        case None, _:
            return True
        case str(), str():
            return newer.startswith(older)
        case dict(), dict():
            names = list(newer)[: len(older)] == list(older)
            return names and all_grow(list(older.values()), list(newer.values()))
        case list(), list():
            return all_grow(older, newer)
        case _:
            return type(older) is type(newer) and older == newer


def all_grow(older: list[JSON], newer: list[JSON]) -> bool:
    if not older:
        return True
    *finished, last = older
    return (
        len(older) <= len(newer)
        and finished == newer[: len(finished)]
        and grows(last, newer[len(finished)])
    )


def plain(view: Any) -> Any:
    if isinstance(view, PartialObject):
        return view.to_dict()
    return view.to_list() if isinstance(view, PartialArray) else view
