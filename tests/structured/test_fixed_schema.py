"""A model's schema is generated once, and anew whenever it may have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema

from streamkit.structured.description import described
from streamkit.structured.message_format import message_format

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def generated(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the list of the schemas that pydantic generates."""
    made: list[object] = []
    generate = GenerateJsonSchema.generate

    def note(self: GenerateJsonSchema, *args: Any, **options: Any) -> Any:
        made.append(args)
        return generate(self, *args, **options)

    monkeypatch.setattr(GenerateJsonSchema, "generate", note)
    return made


class Plain(BaseModel):
    name: str = Field(description="Its name.", max_length=9, examples=["bolt"])
    sizes: list[Annotated[int, Field(gt=0)]]
    note: str | None = None


class Holder(BaseModel):
    """A holder."""

    held: list[Plain]


@pytest.mark.parametrize("model", [Plain, Holder])
def test_a_schema_is_generated_once_and_each_reader_may_change_its_own(
    model: type[BaseModel], generated: list[object]
) -> None:
    type_ = described(model)
    first = type_.schema()
    count = len(generated)
    second = type_.schema()
    assert (second, len(generated)) == (first, count)
    second["required"].append("x")
    second["properties"].clear()
    assert type_.schema() == first == model.model_json_schema()


def test_requests_of_messages_share_the_format_of_a_model(generated: list[object]) -> None:
    first = message_format(Holder)
    count = len(generated)
    assert message_format(Holder) is first
    assert len(generated) == count


def _rebuild(model: type[BaseModel]) -> None:
    model.model_fields["name"].description = "Another name."
    model.model_rebuild(force=True)


def _set_title(model: type[BaseModel]) -> None:
    model.model_config["title"] = "Another title"


def _set_docstring(model: type[BaseModel]) -> None:
    model.__doc__ = "Another docstring."


def _set_name(model: type[BaseModel]) -> None:
    model.__name__ = "Another"


CHANGES: list[Callable[[type[BaseModel]], None]] = [_rebuild, _set_title, _set_docstring, _set_name]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("is_inside", [False, True], ids=["itself", "inside"])
def test_a_changed_model_has_its_present_schema(
    change: Callable[[type[BaseModel]], None], is_inside: bool
) -> None:
    class Inner(BaseModel):
        name: str

    class Outer(BaseModel):
        inner: Inner

    type_ = described(Outer if is_inside else Inner)
    before = type_.schema()
    change(Inner)
    if is_inside:
        Outer.model_rebuild(force=True)
    after = type_.schema()
    assert after == (Outer if is_inside else Inner).model_json_schema()
    assert after != before


WORDS: list[str] = []


def _words(schema: dict[str, Any]) -> None:
    schema["enum"] = [*WORDS]


class Marker:
    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> Any:
        return {**handler(core), "enum": [*WORDS]}


class ByConfig(BaseModel):
    model_config = ConfigDict(json_schema_extra=_words)
    name: str


class ByField(BaseModel):
    name: str = Field(json_schema_extra=_words)


class ByMethod(BaseModel):
    name: str

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> Any:
        return {**handler(core), "enum": [*WORDS]}


class ByMetadata(BaseModel):
    name: Annotated[str, Marker]


class ByTitle(BaseModel):
    model_config = ConfigDict(model_title_generator=lambda _: "".join(WORDS))
    name: str


class ByFieldTitle(BaseModel):
    name: str = Field(field_title_generator=lambda _name, _field: "".join(WORDS))


class ByDict(BaseModel):
    model_config = ConfigDict(json_schema_extra=cast("Any", {"enum": WORDS}))
    name: str


class ByJSONSchema(BaseModel):
    name: Annotated[str, WithJsonSchema({"type": "string", "enum": WORDS})]


class ByDefault(BaseModel):
    names: list[str] = WORDS


class ByRoot(RootModel[ByField]):
    pass


class ByItself(BaseModel):
    name: str

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        return {**super().model_json_schema(*args, **options), "enum": [*WORDS]}


@pytest.mark.parametrize(
    "model",
    [
        *(ByConfig, ByField, ByMethod, ByMetadata, ByTitle, ByFieldTitle, ByDict, ByJSONSchema),
        *(ByDefault, ByRoot, ByItself),
    ],
)
def test_a_schema_that_a_program_computes_is_computed_each_time(model: type[BaseModel]) -> None:
    class Around(BaseModel):
        inner: list[model]  # type: ignore[valid-type] # pyright: ignore[reportInvalidTypeForm] - a variable

    for type_ in (model, Around):
        for words in (["a"], ["a", "b"]):
            WORDS[:] = words
            assert described(type_).schema() == type_.model_json_schema()
