"""What all wire types share: unknown fields are kept, and any value turns into plain data."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Self

__all__ = ["JSONText", "UnixTime", "Wire", "as_sent", "json_of", "plain"]

JSONText: TypeAlias = Annotated[str, Meta(extra={"holds": "JSON"})]
"""Text in which JSON is written; a value that a server sends in its place is read as its text."""

UnixTime: TypeAlias = Annotated[int, Meta(extra={"holds": "seconds"})]
"""A time in seconds since 1970; the fraction that some servers send is dropped."""

_NO_NAME = "\ufdd0"  # no character, says Unicode
# What else stands in an instance's dict: our own note, and what typing leaves on `Generic[int]()`.
_NOT_FROM_THE_WIRE = frozenset({"_request_id", "__orig_class__"})


class Wire(Struct, dict=True, forbid_unknown_fields=True, kw_only=True, repr_omit_defaults=True):
    """The base of every object the API sends.

    Fields this version does not know are attributes too, and are listed in ``model_extra``.
    ``forbid_unknown_fields`` is how they are noticed: msgspec then refuses the object, and
    ``streamkit._core.decoding`` builds it field by field.
    """

    # They are attributes by the instance's own dict, unless the name of one is taken. That dict
    # would be made for whoever asks for it, if only to see that there is nothing in it: a field
    # says that for less.
    unknown_fields: dict[str, Any] | UnsetType = field(default=UNSET, name=_NO_NAME)
    """What the wire had and the type has not; unset when it had nothing else."""

    @classmethod
    def normalized(cls, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Decoded JSON as the type has its fields, and by name what of them it cannot take.

        A type overrides this where servers have other forms for what it says; None says that the
        object is none of the type.
        """
        return data, {}

    @property
    def request_id(self) -> str | None:
        """The ``x-request-id`` of the response this object is the body of; quote it to support."""
        return vars(self).get("_request_id")

    @property
    def model_extra(self) -> dict[str, Any]:
        """What the wire had and the type has not, by name.

        These are the unknown fields, which are in ``to_dict`` too, and, as it came, what could not
        be read of the known ones, which is not: there every name says what its attribute says.
        """
        attributes = vars(self).items()
        visible = {name: value for name, value in attributes if name not in _NOT_FROM_THE_WIRE}
        return visible | _hidden(self)

    def add_unknown(self, fields: Mapping[str, Any]) -> None:
        """Add fields that the type has not, or values that a known field cannot take."""
        if not fields:
            return
        if self.unknown_fields is UNSET:
            self.unknown_fields = {}
        self.unknown_fields.update(fields)
        taken, attributes = _taken(type(self)), vars(self)
        for name, value in fields.items():
            if not _is_hidden(name, taken):
                attributes[name] = value

    def note_request_id(self, request_id: str | None) -> None:
        """Note which response this object is the body of."""
        vars(self)["_request_id"] = request_id

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Yield each field's name and value, so that ``dict`` and FastAPI's encoder take it."""
        return _items(self, drop_none=False)

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: value for name, value in vars(self).items() if name != "__orig_class__"}
        return _restored, (type(self), msgspec.structs.asdict(self), state)

    def __copy__(self) -> Self:
        restore, fields = self.__reduce__()
        copied: Self = restore(*fields)
        return copied

    def to_dict(self, *, mode: Literal["python", "json"] = "python") -> dict[str, Any]:
        """Plain data as the API sent it: unknown fields are there, nulls are left out.

        What could not be read of a known field is in ``model_extra`` alone.
        In mode ``"json"`` values that JSON has no word for (a parsed model) are plain as well.
        """
        return {
            key: plain(value, mode, drop_none=True) for key, value in _items(self, drop_none=True)
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """The JSON text of ``to_dict``; an unknown field that is NaN or infinite is null in it."""
        return json_of(self.to_dict(mode="json"), indent)

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
        return json_of(self.model_dump(mode="json", exclude_none=exclude_none), indent)


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


def as_sent(value: Any) -> Any:
    """Plain data from which the same is read again, also what could not be read."""
    if isinstance(value, list):
        return [as_sent(item) for item in cast("list[Any]", value)]
    if not isinstance(value, Wire):
        return value
    fields = {name: as_sent(item) for name, item in _items(value, drop_none=True)}
    if value.unknown_fields:
        defaults = type(value)()
        for name in _unread(value):
            known, rest = getattr(value, name), value.unknown_fields[name]
            if known is None or known == getattr(defaults, name):
                fields[name] = rest
            else:
                fields[name] = [*_listed(fields[name]), *_listed(rest)]
    return fields


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _restored(type_: type[Wire], known: dict[str, Any], visible: dict[str, Any]) -> Wire:
    hidden = known.pop("unknown_fields")
    wire = type_(**known)
    vars(wire).update(visible)
    if hidden is not UNSET:
        wire.unknown_fields = dict(hidden)
    return wire


@functools.cache
def _taken(type_: type[Wire]) -> frozenset[str]:
    """The names that no field of the wire may have as an attribute."""
    return _NOT_FROM_THE_WIRE.union(dir(type_))


def _is_hidden(name: str, taken: frozenset[str]) -> bool:
    # What Python looks up by such a name, to copy or to compare, is never data.
    return name in taken or name.startswith("__")


def _hidden(wire: Wire) -> dict[str, Any]:
    """What the type has not and is no attribute either, by name."""
    if wire.unknown_fields is UNSET:
        return {}
    taken = _taken(type(wire))
    return {name: item for name, item in wire.unknown_fields.items() if _is_hidden(name, taken)}


def _unread(wire: Wire) -> Iterable[str]:
    """The names of the known fields of which something could not be read."""
    return (wire.unknown_fields or {}).keys() & _known(type(wire))


@functools.cache
def _known(type_: type[Wire]) -> frozenset[str]:
    tag_field = type_.__struct_config__.tag_field
    fields = frozenset(type_.__struct_fields__) - {"unknown_fields"}
    return fields | {tag_field} if tag_field else fields


def _items(wire: Wire, *, drop_none: bool) -> Iterator[tuple[str, Any]]:
    config = wire.__struct_config__
    if config.tag_field:
        yield config.tag_field, config.tag
    for name, value in msgspec.structs.asdict(wire).items():
        if name != "unknown_fields" and (value is not None or not drop_none):
            yield name, value
    known = _known(type(wire))
    for name, value in wire.model_extra.items():
        if name not in known and (value is not None or not drop_none):
            yield name, value


def json_of(data: dict[str, Any], indent: int | None = None) -> str:
    """The JSON text of plain data, on one line unless it is to be indented."""
    try:
        text = msgspec.json.encode(data)
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can say
        return json.dumps(data, indent=indent, separators=None if indent else (",", ":"))
    return (text if indent is None else msgspec.json.format(text, indent=indent)).decode()
