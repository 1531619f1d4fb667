"""The base of all wire types, which keeps unknown fields and converts to plain data."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Self

__all__ = [
    "NO_NAME",
    "SCALARS",
    "JSONText",
    "UnixTime",
    "Wire",
    "as_sent",
    "free_names",
    "json_of",
    "plain",
]

JSONText: TypeAlias = Annotated[str, Meta(extra={"holds": "JSON"})]
"""A text that holds JSON; a value that a server sends in its place is read as the value's text."""

UnixTime: TypeAlias = Annotated[int, Meta(extra={"holds": "seconds"})]
"""A time in seconds since 1970; a fraction, which some servers send, is dropped."""

NO_NAME = "\ufdd0"
"""The name of ``unknown_fields`` on the wire, which no server sends: it is no character."""
SCALARS = frozenset({bool, float, int, str, type(None)})
"""The types of decoded JSON that hold no other values."""
# The other keys of an instance's dict: streamkit's own note, and one that typing sets on
# `Generic[int]()`.
_NOT_FROM_THE_WIRE = frozenset({"_request_id", "__orig_class__"})


class Wire(Struct, dict=True, forbid_unknown_fields=True, kw_only=True, repr_omit_defaults=True):
    """The base of every object that the API sends.

    Fields that this version does not know are attributes too, and are listed in ``model_extra``.
    ``forbid_unknown_fields`` detects them: msgspec then refuses the object, and
    ``streamkit._core.decoding`` builds it field by field.
    """

    _unsent: ClassVar[frozenset[str]] = frozenset()
    """The names of fields that the API does not have, which plain data and requests leave out."""

    # Unknown fields are attributes in the instance's own dict, unless their name is taken. Python
    # creates that dict at the first access, even to see that it is empty: to look at a field costs
    # less.
    unknown_fields: dict[str, Any] | UnsetType = field(default=UNSET, name=NO_NAME)
    """The fields that the server sent and the type does not have; unset if there are none.

    It may be the instance's own dict, where all of them are attributes.
    """

    @classmethod
    def normalized(cls, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return decoded JSON with the type's fields, and values that these cannot hold, by name.

        A type overrides this where servers send other forms of it; None means that the object is
        not of the type.
        """
        return data, {}

    @property
    def request_id(self) -> str | None:
        """The request id of the response that held this object; quote it to support."""
        return vars(self).get("_request_id")

    @property
    def model_extra(self) -> dict[str, Any]:
        """The fields that the server sent and the type does not have, by name.

        These are the unknown fields, which ``to_dict`` has too, and the unreadable values of known
        fields, as they came, which ``to_dict`` has not: there each name has its attribute's value.
        """
        attributes = vars(self).items()
        visible = {name: value for name, value in attributes if name not in _NOT_FROM_THE_WIRE}
        return visible | _hidden(self)

    def add_unknown(self, fields: Mapping[str, Any]) -> None:
        """Add fields that the type does not have, or values that a known field cannot hold."""
        if not fields:
            return
        # A hot path: each event of a server that adds a field of its own.
        if self.unknown_fields is UNSET:
            self.unknown_fields = {**fields}
        else:
            self.unknown_fields = {**self.unknown_fields, **fields}
        taken = _taken(self.__class__)
        for name, value in fields.items():
            if name not in taken and name[:2] != "__":
                setattr(self, name, value)  # at half the cost of the instance's own dict

    def note_request_id(self, request_id: str | None) -> None:
        """Set the request id of the response that held this object."""
        attributes = vars(self)
        if self.unknown_fields is attributes:
            self.unknown_fields = {**attributes}
        attributes["_request_id"] = request_id

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
        """Return plain data as the API sent it, with unknown fields and without nulls.

        An unreadable value of a known field is in ``model_extra`` alone.
        In mode ``"json"`` values that JSON cannot express (a parsed model) are plain as well.
        """
        return {
            key: plain(value, mode, drop_none=True) for key, value in _items(self, drop_none=True)
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the JSON text of ``to_dict``, where an unknown NaN or infinite field is null."""
        return json_of(self.to_dict(mode="json"), indent)

    def _repr_html_(self) -> str:
        """Return a small table for a notebook: the path and the value of each field."""
        from streamkit._core.html import leaves, table

        return table(type(self).__name__, leaves(self.to_dict(mode="json")))

    def model_dump(
        self, *, mode: Literal["python", "json"] = "python", exclude_none: bool = False
    ) -> dict[str, Any]:
        """Return plain data with every known field, null or not, and the unknown ones."""
        return {
            key: plain(value, mode, drop_none=exclude_none)
            for key, value in _items(self, drop_none=exclude_none)
        }

    def model_dump_json(self, *, indent: int | None = None, exclude_none: bool = False) -> str:
        """Return the JSON text of ``model_dump``."""
        return json_of(self.model_dump(mode="json", exclude_none=exclude_none), indent)


def plain(
    value: Any, mode: Literal["python", "json"] = "python", *, drop_none: bool = False
) -> Any:
    """Return ``value`` with every wire type in it converted to a dict."""
    if type(value) in SCALARS:
        return value
    if isinstance(value, Wire):
        items = _items(value, drop_none=drop_none)
        return {key: plain(item, mode, drop_none=drop_none) for key, item in items}
    if type(value) is list:
        return [plain(item, mode, drop_none=drop_none) for item in cast("list[Any]", value)]
    if type(value) is dict:
        # A plain dict is a user's data: its nulls stay.
        return {key: plain(item, mode) for key, item in cast("dict[str, Any]", value).items()}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode=mode)
    for name in ("to_dict", "to_list"):
        if hasattr(value, name):
            return getattr(value, name)()
    return msgspec.to_builtins(value, enc_hook=str) if mode == "json" else value


def as_sent(value: Any) -> Any:
    """Return plain data from which an equal value can be read, unreadable values included."""
    if isinstance(value, list):
        return [as_sent(item) for item in cast("list[Any]", value)]
    if not isinstance(value, Wire):
        return value
    tag, names = _sent(type(value))
    fields: dict[str, Any] = {} if tag is None else {tag[0]: tag[1]}
    for name in names:
        item = getattr(value, name)
        if item is not None:
            fields[name] = item if type(item) in SCALARS else as_sent(item)
    for name, item in _more(value):
        if item is not None:
            fields[name] = as_sent(item)
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
    """Return the names that no field of a server may have as an attribute.

    Nor may those with two underscores: Python itself looks them up, to copy or to compare.
    """
    return _NOT_FROM_THE_WIRE.union(dir(type_))


def free_names(type_: type[Wire], names: Iterable[str]) -> tuple[str, ...]:
    """Return those of some unknown fields that are attributes, too."""
    taken = _taken(type_)
    return tuple([name for name in names if name not in taken and name[:2] != "__"])


def _hidden(wire: Wire) -> dict[str, Any]:
    """Return the unknown fields that are no attributes, by name."""
    if wire.unknown_fields is UNSET:
        return {}
    taken = _taken(type(wire))
    fields = wire.unknown_fields.items()
    return {name: item for name, item in fields if name in taken or name[:2] == "__"}


def _unread(wire: Wire) -> Iterable[str]:
    """Return the names of the known fields with unreadable values."""
    return (wire.unknown_fields or {}).keys() & _known(type(wire))


@functools.cache
def _known(type_: type[Wire]) -> frozenset[str]:
    tag_field = type_.__struct_config__.tag_field
    fields = frozenset(type_.__struct_fields__) - {"unknown_fields"}
    return fields | {tag_field} if tag_field else fields


@functools.cache
def _sent(type_: type[Wire]) -> tuple[tuple[str, Any] | None, tuple[str, ...]]:
    """Return the tag of a type with its name, and the names of the fields in its plain data."""
    config = type_.__struct_config__
    unsent = {"unknown_fields", *type_._unsent}  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - of this module's own class
    names = tuple(name for name in type_.__struct_fields__ if name not in unsent)
    return ((config.tag_field, config.tag) if config.tag_field else None), names


def _items(wire: Wire, *, drop_none: bool) -> Iterator[tuple[str, Any]]:
    tag, names = _sent(type(wire))
    if tag is not None:
        yield tag
    for name in names:
        value = getattr(wire, name)
        if value is not None or not drop_none:
            yield name, value
    for name, value in _more(wire):
        if value is not None or not drop_none:
            yield name, value


def _more(wire: Wire) -> Iterable[tuple[str, Any]]:
    """Return the names and values that an object has besides the fields of its type."""
    if wire.unknown_fields is UNSET and not vars(wire):
        return ()
    known = _known(type(wire))
    return [(name, value) for name, value in wire.model_extra.items() if name not in known]


def json_of(data: dict[str, Any], indent: int | None = None) -> str:
    """Return the JSON text of plain data, on one line unless ``indent`` is given."""
    try:
        text = msgspec.json.encode(data)
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can express
        import json

        return json.dumps(data, indent=indent, separators=None if indent else (",", ":"))
    return (text if indent is None else msgspec.json.format(text, indent=indent)).decode()
