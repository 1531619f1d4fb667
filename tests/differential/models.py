"""The types of response formats, and the tools that a model may call."""

from __future__ import annotations

from enum import Enum
from types import ModuleType
from typing import Any, Literal

from pydantic import BaseModel

__all__ = [
    "CITIES",
    "NOTES",
    "GetTime",
    "GetWeather",
    "Kind",
    "MathResponse",
    "Person",
    "Step",
    "tools_of",
]


class Step(BaseModel):
    explanation: str
    output: str


class MathResponse(BaseModel):
    steps: list[Step]
    final_answer: str


class Kind(Enum):
    PERSON = "person"
    PLACE = "place"


class Person(BaseModel):
    name: str
    born: int | None
    alive: bool
    tags: list[str]
    scores: list[float]
    kind: Kind
    grid: list[list[int]]
    friend: Person | None


class GetWeather(BaseModel):
    """Get the weather in a city."""

    city: str
    unit: Literal["c", "f"]
    days: int


class GetTime(BaseModel):
    """Get the time in a city."""

    city: str


# A strict tool that is declared by its schema, and one that is not strict.
CITIES: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "list_cities",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"cities": {"type": "array", "items": {"type": "string"}}},
            "required": ["cities"],
            "additionalProperties": False,
        },
    },
}
NOTES: dict[str, Any] = {
    "type": "function",
    "function": {"name": "take_note", "parameters": {"type": "object", "properties": {}}},
}


def tools_of(package: ModuleType) -> list[dict[str, Any]]:
    """Return all tools, declared with ``package``, which is openai or streamkit."""
    return [
        package.pydantic_function_tool(GetWeather),
        package.pydantic_function_tool(GetTime, name="get_time"),
        CITIES,
        NOTES,
    ]
