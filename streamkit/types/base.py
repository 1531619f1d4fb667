"""What all wire types share: unknown fields are kept, and any value turns into plain data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

__all__ = ["JSONText", "Wire", "plain"]

JSONText: TypeAlias = Annotated[str, Meta(extra={"holds": "JSON"})]
"""Text in which JSON is written; a value that a server sends in its place is read as its text."""

_NO_NAME = "\ufdd0"  # no character, says Unicode
# What else stands in an instance's dict: our own note, and what typing leaves on `Generic[int]()`.
_NOT_FROM_THE_WIRE = frozenset({"_request_id", "__orig_class__"})


class Wire(Struct, dict=True, forbid_unknown_fields=True, kw_only=True, repr_omit_defaults=True):
    """The base of every object the API sends.

    Fields this version does not know are attributes too, and are listed in ``model_extra``.
    ``forbid_unknown_fields`` is how they are noticed: msgspec then refuses the object, and
    ``streamkit.types.decoding`` builds it field by field.
    """

    # The instance's own dict, which would be made for whoever asks for it, if only to see that
    # there is nothing in it: a field says that for less.
    unknown_fields: dict[str, Any] | UnsetType = field(default=UNSET, name=_NO_NAME)
    """Unset when the wire had no field that the type has not."""

    @property
    def request_id(self) -> str | None:
        """The ``x-request-id`` of the response this object is the body of; quote it to support."""
        return vars(self).get("_request_id")

    @property
    def model_extra(self) -> dict[str, Any]:
        """The fields that the wire had and the type has not, by name."""
        return {name: value for name, value in vars(self).items() if name not in _NOT_FROM_THE_WIRE}

    def add_unknown(self, fields: Mapping[str, Any]) -> None:
        """Add fields that the type has not."""
        if fields:
            self.unknown_fields = vars(self)
            self.unknown_fields.update(fields)

    def note_request_id(self, request_id: str | None) -> None:
        """Note which response this object is the body of."""
        vars(self)["_request_id"] = request_id

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), msgspec.structs.asdict(self), vars(self))

    def __copy__(self) -> Self:
        restore, fields = self.__reduce__()
        copied: Self = restore(*fields)
        return copied

    def to_dict(self, *, mode: Literal["python", "json"] = "python") -> dict[str, Any]:
        """Plain data as the API sent it: unknown fields are there, nulls are left out.

        In mode ``"json"`` values that JSON has no word for (a parsed model) are plain as well.
        """
        return {
            key: plain(value, mode, drop_none=True) for key, value in _items(self, drop_none=True)
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """The JSON text of ``to_dict``."""
        return _json(self.to_dict(mode="json"), indent)

    def model_dump(
        self, *, mode: Literal["python", "json"] = "python", exclude_none: bool = False
    ) -> dict[str, Any]:
        """Plain data with every known field, null or not, and the unknown ones."""
        return {
            key: plain(value, mode, drop_none=exclude_none)
            for key, value in _items(self, drop_none=exclude_none)
        }

    def model_dump_json(self, *, indent: int | None = None, exclude_none: bool = False) -> str:
        """The JSON text of ``model_dump``."""
        return _json(self.model_dump(mode="json", exclude_none=exclude_none), indent)


def plain(
    value: Any, mode: Literal["python", "json"] = "python", *, drop_none: bool = False
) -> Any:
    """``value`` with every wire type in it turned into a dict."""
    if isinstance(value, Wire):
        items = _items(value, drop_none=drop_none)
        return {key: plain(item, mode, drop_none=drop_none) for key, item in items}
    if type(value) is list:
        return [plain(item, mode, drop_none=drop_none) for item in cast("list[Any]", value)]
    if type(value) is dict:
        # A plain dict is somebody's data: what is null in it stays.
        return {key: plain(item, mode) for key, item in cast("dict[str, Any]", value).items()}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode=mode)
    for name in ("to_dict", "to_list"):
        if hasattr(value, name):
            return getattr(value, name)()
    return msgspec.to_builtins(value, enc_hook=str) if mode == "json" else value


def _restored(type_: type[Wire], known: dict[str, Any], other: dict[str, Any]) -> Wire:
    has_unknown = known.pop("unknown_fields") is not UNSET
    wire = type_(**known)
    vars(wire).update(other)
    if has_unknown:
        wire.unknown_fields = vars(wire)
    return wire


def _items(wire: Wire, *, drop_none: bool) -> Iterator[tuple[str, Any]]:
    known: Mapping[str, Any] = msgspec.structs.asdict(wire)
    config = wire.__struct_config__
    if config.tag_field:
        yield config.tag_field, config.tag
    for key, value in (*known.items(), *wire.model_extra.items()):
        if key != "unknown_fields" and (value is not None or not drop_none):
            yield key, value


def _json(data: dict[str, Any], indent: int | None) -> str:
    try:
        text = msgspec.json.encode(data)
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can say
        return json.dumps(data, indent=indent, separators=None if indent else (",", ":"))
    return (text if indent is None else msgspec.json.format(text, indent=indent)).decode()
