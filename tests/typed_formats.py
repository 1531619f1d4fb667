"""Types of response formats, nested in each other: TypedDict, dataclass, Struct, NamedTuple."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, NamedTuple, NotRequired, Required, TypedDict, TypeVar

import msgspec
import typing_extensions
from pydantic import Field

from streamkit.structured.response_format import ResponseFormat, response_format

T = TypeVar("T")


def format_of(type_: object) -> ResponseFormat[Any]:
    """Return the response format of a type."""
    format_ = response_format(type_)
    assert format_ is not None
    return format_


class Movie(TypedDict):
    """A film."""

    title: Annotated[str, Field(description="As on the poster.", min_length=2)]
    data: bytes
    also: NotRequired[list[Movie]]


class Loose(TypedDict, total=False):
    zeta: Required[int]
    alpha: int


class Closer(Loose):
    middle: int


class Boxed(TypedDict, Generic[T]):
    zeta: T
    alpha: list[T]


class Cat(msgspec.Struct, tag=True):
    """It purrs."""

    name: Annotated[str, msgspec.Meta(description="Its name.", min_length=1)]
    data: bytes


class Dog(msgspec.Struct, tag=True):
    name: str


class Plain(msgspec.Struct, frozen=True):
    zeta: int


SEVEN = Plain(7)


class Crate(msgspec.Struct, Generic[T]):
    content: T


class Unordered(TypedDict):
    zeta: int
    alpha: bytes


class Shelf(msgspec.Struct):
    """A Struct with a TypedDict inside."""

    row: Unordered


class Owner(typing_extensions.TypedDict):
    zeta: Annotated[int, Field(gt=3)]
    cat: Annotated[Cat, Field(description="The cat.")]
    alpha: Cat | Dog | None


@dataclass
class House:
    zeta: Annotated[int, Field(gt=3, description="Storeys.")]
    movie: Movie
    pets: list[Cat | Dog]
    data: bytes
    plain: Plain = SEVEN
    alpha: House | None = None


class Pair(NamedTuple):
    x: float
    y: float = 0.0


class Names(NamedTuple):
    first: Annotated[str, Field(description="Given.")]
    last: str


class Deep(NamedTuple):
    left: Loose
    right: Loose


@dataclass
class Everything:
    pair: Pair
    names: Annotated[Names, Field(description="Both.")]
    crate: Crate[int]
    boxes: list[Boxed[int]] = field(default_factory=list[Any])
