"""Foreign types, made readable for pydantic while it inspects a type."""

# Strategy: pydantic asks a class how to read it, by `__get_pydantic_core_schema__`. A Struct has no
# such method, and before Python 3.12 pydantic wants typing_extensions' TypedDict. Either may stand
# anywhere, also in the annotations of a dataclass, which are not ours to change. So such a class
# gets the method for a while: it is removed once the type has been read. The lock keeps two threads
# from removing it while the other needs it; pydantic in a third thread reads nothing wrong by it.

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import cache
from types import new_class
from typing import TYPE_CHECKING, Annotated, Any, Generic, get_args, get_origin, get_type_hints

from streamkit._core.compiled import converter, one_at_a_time
from streamkit.structured.description.parts import is_struct, is_typed_dict, reached

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pydantic import GetCoreSchemaHandler

__all__ = ["STRUCT", "known_to_pydantic"]

STRUCT = "x-struct"
"""The keyword that stands for a Struct in a schema of pydantic's, with the Struct's index."""

_HOOK = "__get_pydantic_core_schema__"
_KEPT = ("__module__", "__qualname__", "__doc__", "__pydantic_config__")


@contextmanager
def known_to_pydantic(type_: Any) -> Generator[list[Any]]:
    """Let pydantic read a type and all its parts; yield the Structs that pydantic meets."""
    structs: list[Any] = []
    answers: dict[Any, Callable[..., Any]] = {}
    for _, part in reached(type_):
        if is_struct(part):
            answers[part] = _struct_answer(structs)
        elif is_typed_dict(part) and _is_strange(part):
            answers[part] = _typed_dict_answer()
    with one_at_a_time:
        lent = [class_ for class_ in answers if not hasattr(class_, _HOOK)]
        try:
            for class_ in lent:
                setattr(class_, _HOOK, answers[class_])
            yield structs
        finally:
            for class_ in lent:
                delattr(class_, _HOOK)


def _struct_answer(structs: list[Any]) -> Callable[..., Any]:
    def answer(source: Any, handler: GetCoreSchemaHandler) -> Any:
        from pydantic import PlainValidator, WithJsonSchema

        if source not in structs:
            structs.append(source)
        return handler.generate_schema(
            Annotated[
                Any,
                PlainValidator(_reader(source)),
                WithJsonSchema({STRUCT: structs.index(source)}),
            ]
        )

    return answer


def _reader(source: Any) -> Callable[[Any], Any]:
    """Return a reader of a Struct from decoded JSON; it requires the tag that a union needs."""
    config: Any = (get_origin(source) or source).__struct_config__
    compiled = cache(
        lambda: converter(source)
    )  # compiled at the first value, because its schema is judged first

    def read(value: Any) -> Any:
        if config.tag is not None and isinstance(value, dict) and config.tag_field not in value:
            raise ValueError(f"the field {config.tag_field!r} is missing")
        return compiled()(value)

    return read


def _typed_dict_answer() -> Callable[..., Any]:
    @cache
    def equal(class_: Any) -> Any:
        return _equal(class_)

    def answer(source: Any, handler: GetCoreSchemaHandler) -> Any:
        arguments = get_args(source)
        same = equal(get_origin(source) or source)
        return handler.generate_schema(same[arguments] if arguments else same)

    return answer


def _is_strange(class_: Any) -> bool:
    return sys.version_info < (3, 12) and type(class_).__module__ == "typing"


def _equal(class_: Any) -> Any:
    """Return the equal TypedDict of ``typing_extensions``."""
    from typing import NotRequired, Required

    from typing_extensions import TypedDict  # pydantic needs it here, and depends on it

    hints: dict[str, Any] = {}
    for name, hint in get_type_hints(class_, include_extras=True).items():
        # The marker at the field wins: where annotations are strings, Python does not see it.
        is_required = name in class_.__required_keys__
        is_said = _outermost(hint) in (Required, NotRequired)
        hints[name] = hint if is_said else (Required if is_required else NotRequired)[hint]
    names: dict[str, Any] = class_.__dict__
    body = {name: value for name, value in names.items() if not name.startswith("__")}
    body |= {name: getattr(class_, name) for name in _KEPT if hasattr(class_, name)}
    parameters: Any = getattr(class_, "__parameters__", ())
    generic: Any = Generic
    bases = (TypedDict, generic[parameters]) if parameters else (TypedDict,)
    return new_class(
        class_.__name__, bases, exec_body=lambda own: own.update(body, __annotations__=hints)
    )


def _outermost(hint: Any) -> Any:
    while (origin := get_origin(hint)) is Annotated:
        hint = hint.__origin__
    return origin
