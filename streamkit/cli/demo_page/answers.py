"""The scripted answers of the page, with the types that the requests ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Scene", "scene_of"]


class Stop(BaseModel):
    """A day of a trip."""

    day: str
    place: str
    plan: list[str]


class Budget(BaseModel):
    """What a trip costs."""

    amount: int
    currency: str


class Trip(BaseModel):
    """The answer to questions about trips."""

    title: str
    travellers: list[str]
    stops: list[Stop]
    budget: Budget
    confirmed: bool


class Ingredient(BaseModel):
    """A line of a shopping list."""

    name: str
    amount: str


class Recipe(BaseModel):
    """The answer to questions about food."""

    title: str
    serves: int
    ingredients: list[Ingredient]
    steps: list[str]
    vegetarian: bool


class Remark(BaseModel):
    """The answer to any other question."""

    answer: str
    how_it_works: list[str]
    try_next: list[str]


@dataclass(frozen=True)
class Scene:
    """An answer, and the questions that it is for."""

    words: tuple[str, ...]
    """The words of which one is in the question; none if the answer is for any."""
    format: type[BaseModel]
    answer: Callable[[str], BaseModel]


def scene_of(text: str) -> Scene:
    """Return the scene of a question."""
    lowered = text.lower()
    return next(
        scene
        for scene in _SCENES
        if not scene.words or any(word in lowered for word in scene.words)
    )


def _trip(_: str) -> Trip:
    return Trip(
        title="Three days in Lisbon",
        travellers=["Ada", "Grace"],
        stops=[
            Stop(
                day="Friday",
                place="Lisbon",
                plan=["Tram 28 up to the castle", "Grilled sardines in Alfama", "Fado at night"],
            ),
            Stop(
                day="Saturday",
                place="Sintra",
                plan=["The palaces, before the crowds", "Travesseiros at the old bakery"],
            ),
            Stop(
                day="Sunday",
                place="Cascais",
                plan=["A swim at Praia da Rainha", "Lemon ice cream", "The late train back"],
            ),
        ],
        budget=Budget(amount=900, currency="EUR"),
        confirmed=True,
    )


def _recipe(_: str) -> Recipe:
    return Recipe(
        title="Pancakes for a slow morning",
        serves=4,
        ingredients=[
            Ingredient(name="flour", amount="200 g"),
            Ingredient(name="milk", amount="300 ml"),
            Ingredient(name="eggs", amount="2"),
            Ingredient(name="butter", amount="30 g, melted"),
            Ingredient(name="salt", amount="a pinch"),
        ],
        steps=[
            "Whisk the eggs into the milk, then stir in the flour and the salt.",
            "Let the batter rest for a quarter of an hour; stir in the butter.",
            "Fry a ladle at a time in a hot pan, and turn when bubbles come.",
        ],
        vegetarian=True,
    )


def _remark(text: str) -> Remark:
    return Remark(
        answer=f"You said “{text}”. No model runs here, so this is all that can be said to it; but"
        " it comes as a model's answer does, a few characters at a time.",
        how_it_works=[
            "The answer is one JSON object, shown while it is still incomplete.",
            "Each event goes into a log, and this page reads it from there.",
            "So reload the page now, or open it in a second tab: the answer goes on.",
        ],
        try_next=["Plan a trip to Lisbon", "A recipe for pancakes", "Anything with [[cut]] in it"],
    )


_SCENES = (
    Scene(("trip", "travel", "holiday", "lisbon"), Trip, _trip),
    Scene(("recipe", "cook", "bake", "pancake", "food"), Recipe, _recipe),
    Scene((), Remark, _remark),
)
