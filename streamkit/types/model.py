"""A model that a server offers.

Source: https://platform.openai.com/docs/api-reference/models/object.
"""

from __future__ import annotations

from streamkit._core.wire import UnixTime, Wire
from streamkit.types.cursor_page import CursorPage

__all__ = ["Model", "ModelDeleted", "ModelPage"]


class Model(Wire):
    """A model that a server offers."""

    id: str = ""
    created: UnixTime = 0
    object: str = "model"
    owned_by: str = ""


class ModelDeleted(Wire):
    """The confirmation that a fine-tuned model was deleted."""

    id: str = ""
    deleted: bool = False
    object: str = "model"


class ModelPage(CursorPage[Model]):
    """The models of a server, which come on one page unless it says that more follow."""

    has_more: bool | None = False
