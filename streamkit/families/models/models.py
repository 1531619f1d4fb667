"""The calls for models. No I/O.

Source: https://platform.openai.com/docs/api-reference/models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._resource.call import delete, get, path
from streamkit.types import CursorPage, Model, ModelDeleted, ModelPage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit.families._resource.call import Call

__all__ = ["delete_", "list_", "retrieve"]


def list_(params: Mapping[str, Any]) -> Call[CursorPage[Model]]:
    """Return the call that fetches the models."""
    page: type[CursorPage[Model]] = ModelPage
    return get("/models", page, params, {})


def retrieve(model: str, params: Mapping[str, Any]) -> Call[Model]:
    """Return the call that fetches the description of a model."""
    return get(_one(model), Model, params, {})


def delete_(model: str, params: Mapping[str, Any]) -> Call[ModelDeleted]:
    """Return the call that deletes a fine-tuned model."""
    return delete(_one(model), ModelDeleted, params, {})


def _one(model: str) -> str:
    return path("/models/{model}", model=model)
