"""The descriptions of models, and of every other type that pydantic reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

import msgspec

from streamkit.errors import SchemaError
from streamkit.structured.description.by_msgspec import struct_schemas
from streamkit.structured.description.core_schema import classes, require_readable
from streamkit.structured.description.fixed import FixedSchema
from streamkit.structured.description.lent import STRUCT, known_to_pydantic
from streamkit.structured.description.naming import type_name
from streamkit.structured.description.one_reader import require_one_reader, require_pydantics_words
from streamkit.structured.description.parts import field_naming, path_to
from streamkit.structured.schema.references import is_schema
from streamkit.structured.schema.written import WrittenSchema

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pydantic import BaseModel, TypeAdapter
    from pydantic.json_schema import GenerateJsonSchema

__all__ = ["ByAdapter", "ByModel", "ByPydantic"]

_ADVICE = (
    "Define the names it uses at the top of its module, or give a TypeAdapter made where they are"
    " known; a class pydantic does not know needs __get_pydantic_core_schema__."
)


class _Judged(ABC):
    """A type with a core schema of pydantic's, which is checked once."""

    _readable: object = None

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """Return the current schema."""

    def written(self) -> WrittenSchema:
        """Return the current schema as a key."""
        return WrittenSchema(self.schema())

    def _require_readable(self, core: object) -> None:
        if core is not self._readable:
            for class_ in classes(core):
                require_pydantics_words(class_)
            require_readable(core)
            self._readable = core


class ByModel(_Judged):
    """A model of pydantic's, which generates its schema and reads its JSON itself."""

    def __init__(self, model: type[BaseModel]) -> None:
        self.name = type_name(model)
        self.type_: type[BaseModel] = model
        self._reads_itself = _reads_itself(model)
        self._fixed: FixedSchema | None = None

    def schema(self) -> dict[str, Any]:
        """Return the current schema: a model may have been rebuilt, or compute it each time."""
        if self._fixed is not None and self._fixed.is_current:
            return self._fixed.copy()
        with _said_of(self.type_):
            schema = self.type_.model_json_schema()
            if not self._reads_itself:
                self._require_readable(self.type_.__pydantic_core_schema__)
        self._fixed = FixedSchema.of(self.type_, schema)
        return schema

    def written(self) -> WrittenSchema:
        """Return the current schema as a key, the same one as long as the schema stays."""
        if self._fixed is not None and self._fixed.is_current:
            return self._fixed.written
        return WrittenSchema(self.schema())

    def read(self, text: str | bytes) -> Any:
        """Read a whole JSON text as the model."""
        return self.type_.model_validate_json(text)


class ByAdapter(_Judged):
    """A ``TypeAdapter`` that the caller gave."""

    def __init__(self, adapter: TypeAdapter[Any]) -> None:
        self.type_: TypeAdapter[Any] = adapter
        self.name = str(self.schema().get("title", ""))

    def schema(self) -> dict[str, Any]:
        """Return the current schema."""
        with _said_of(self.type_):
            schema = self.type_.json_schema()
            self._require_readable(self.type_.core_schema)
        return schema

    def read(self, text: str | bytes) -> Any:
        """Read a whole JSON text as the adapter's type."""
        return self.type_.validate_json(text)


class ByPydantic(_Judged):
    """A type for which an adapter is made: a dataclass, a TypedDict, a union, ``list[int]``.

    Structs inside it are described and read by msgspec. The adapter is made anew when a model in it
    was rebuilt, because it holds the model's former schema.
    """

    def __init__(self, type_: Any) -> None:
        self.name = type_name(type_)
        self.type_: Any = type_
        self._made = self._make()

    def schema(self) -> dict[str, Any]:
        """Return the current schema."""
        adapter, structs, _ = self._present()
        with _said_of(self.type_):
            schema = adapter.json_schema(schema_generator=_generator())
            self._require_readable(adapter.core_schema)
        return _with_structs(schema, structs) if structs else schema

    def read(self, text: str | bytes) -> Any:
        """Read a whole JSON text as the type."""
        return self._present()[0].validate_json(text)

    def _present(self) -> _Made:
        if any(_made_for(class_) is not made for class_, made in self._made[2]):
            self._made = self._make()
        return self._made

    def _make(self) -> _Made:
        from pydantic import TypeAdapter

        with _said_of(self.type_):
            require_one_reader(self.type_)
            with known_to_pydantic(self.type_) as structs:
                adapter = TypeAdapter[Any](self.type_)
                adapter.rebuild(raise_errors=True)
        made_of = [(class_, _made_for(class_)) for class_ in classes(adapter.core_schema)]
        describe = cache(partial(struct_schemas, structs)) if structs else None
        return adapter, describe, made_of


if TYPE_CHECKING:
    _Schemas = tuple[list[dict[str, Any]], dict[str, Any]]
    _Made = tuple[TypeAdapter[Any], Callable[[str], _Schemas] | None, list[tuple[type, object]]]


def _made_for(class_: Any) -> object:
    """Return an object that a class replaces whenever it is rebuilt."""
    own: dict[str, object] = class_.__dict__
    return own.get("__pydantic_validator__")


@cache
def _generator() -> type[GenerateJsonSchema]:
    from pydantic.json_schema import GenerateJsonSchema

    class Generator(GenerateJsonSchema):
        """A generator that can also write a default that is a Struct."""

        def encode_default(self, dft: Any) -> Any:
            return super().encode_default(
                msgspec.to_builtins(dft) if isinstance(dft, msgspec.Struct) else dft
            )

    return Generator


def _with_structs(schema: dict[str, Any], structs: Callable[[str], _Schemas]) -> dict[str, Any]:
    """Put the schemas of the Structs in the places that pydantic has left for them."""
    others: dict[str, Any] = schema.get("$defs", {})
    prefix = ""
    schemas, definitions = structs(prefix)
    while definitions.keys() & others.keys():
        prefix += "Struct_"
        schemas, definitions = structs(prefix)

    def filled(node: Any) -> Any:
        if isinstance(node, list):
            return [filled(item) for item in cast("list[Any]", node)]
        if not is_schema(node):
            return node
        index: object = node.get(STRUCT)
        rest = {name: filled(value) for name, value in node.items()}
        if isinstance(index, int):
            del rest[STRUCT]
            return schemas[index] | rest
        return rest

    whole: dict[str, Any] = filled(schema)
    return whole | {"$defs": whole.get("$defs", {}) | definitions}


def _reads_itself(model: type[BaseModel]) -> bool:
    from pydantic import BaseModel

    read: Any = model.model_validate_json
    pydantics: Any = BaseModel.model_validate_json
    return read.__func__ is not pydantics.__func__


@contextmanager
def _said_of(type_: Any) -> Generator[None]:
    """Raise ``SchemaError`` for any error that pydantic, or the type's own code, raises."""
    try:
        yield
    except SchemaError:
        raise
    except Exception as error:
        reason = " ".join(str(getattr(error, "message", error)).split()).rstrip(".")
        path = path_to(type_, _is_refused) or field_naming(type_, error)
        raise SchemaError(
            f"Unsupported response_format type - {type_!r}: {reason}. {_ADVICE}", path=path
        ) from error


def _is_refused(type_: Any) -> bool:
    from pydantic import TypeAdapter

    try:
        with known_to_pydantic(type_):
            TypeAdapter[Any](type_).json_schema()
    except Exception:  # noqa: BLE001 - pydantic may raise any error
        return True
    return False
