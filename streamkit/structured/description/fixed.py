"""Schemas of pydantic models that stay the same, so that they are generated once."""

# Strategy: pydantic derives a model's JSON schema from its core schema, from a few attributes of
# the classes in it, and from functions of a program. A schema is kept only where no such function
# takes part, and as long as the other two are as they were. To compare them costs a hundredth of
# what it costs to generate the schema.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streamkit.structured.description.core_schema import nodes
from streamkit.structured.schema.written import WrittenSchema

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["FixedSchema"]

_SCALARS = (str, int, float, bool, type(None))
_FUNCTIONS = ("pydantic_js_functions", "pydantic_js_annotation_functions")
_PYDANTICS_OWN = "pydantic._internal._generate_schema"
_CONFIGURED = frozenset({"json_schema_extra", "field_title_generator", "model_title_generator"})


class FixedSchema:
    """The JSON schema of a model, and all from which it was generated."""

    __slots__ = ("_core", "_made_from", "_model", "written")

    def __init__(
        self, model: type[BaseModel], models: list[type[BaseModel]], schema: dict[str, Any]
    ) -> None:
        self._model = model
        self._core: object = model.__pydantic_core_schema__
        self._made_from = [(each, _attributes(each)) for each in models]
        self.written = WrittenSchema(_copied(schema))

    @classmethod
    def of(cls, model: type[BaseModel], schema: dict[str, Any]) -> FixedSchema | None:
        """Return what is to be kept of a schema just generated; None if it may differ next time."""
        models = _models(model)
        return None if models is None else cls(model, models, schema)

    @property
    def is_current(self) -> bool:
        """Whether pydantic would generate the same schema now."""
        return self._model.__pydantic_core_schema__ is self._core and all(
            _attributes(model) == before for model, before in self._made_from
        )

    def copy(self) -> dict[str, Any]:
        """Return a copy of the schema."""
        copied: dict[str, Any] = _copied(self.written.schema)
        return copied


def _copied(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _copied(part) for name, part in cast("dict[str, Any]", node).items()}
    if isinstance(node, list):
        return [_copied(item) for item in cast("list[Any]", node)]
    return node


def _attributes(model: type[BaseModel]) -> tuple[object, ...]:
    return model.__name__, model.__doc__, {**model.model_config}


def _models(model: type[BaseModel]) -> list[type[BaseModel]] | None:
    """Return the models in a model's schema, itself included; None if functions make the schema."""
    from pydantic import BaseModel

    if not _has(model, "model_json_schema", BaseModel):
        return None
    models: list[type[BaseModel]] = []
    for node in nodes(model.__pydantic_core_schema__):
        schema = node.schema
        class_: Any = schema.get("cls")
        if schema["type"] == "model":
            if class_.__pydantic_root_model__ or _CONFIGURED & class_.model_config.keys():
                return None
            models.append(class_)
        elif class_ is not None and schema["type"] != "enum":
            return None
        metadata: dict[str, Any] = schema.get("metadata") or {}
        functions = [each for name in _FUNCTIONS for each in metadata.get(name) or ()]
        if "pydantic_js_extra" in metadata or not all(map(_is_pydantics, functions)):
            return None
        if not isinstance(schema.get("default"), _SCALARS):
            return None
    return models


def _is_pydantics(function: Any) -> bool:
    from pydantic import BaseModel

    owner: object = getattr(function, "__self__", None)
    if isinstance(owner, type):
        return _has(owner, "__get_pydantic_json_schema__", BaseModel)
    return getattr(function, "__module__", None) == _PYDANTICS_OWN


def _has(class_: type, method: str, base: type[BaseModel]) -> bool:
    """Return whether a class has a class method of pydantic's base, and not its own."""
    function: object = getattr(getattr(class_, method), "__func__", None)
    own: Any = getattr(base, method)
    return function is own.__func__
