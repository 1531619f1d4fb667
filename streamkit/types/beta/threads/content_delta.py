"""The additions of an event to the blocks of a message; ``index`` is the block's place."""

from __future__ import annotations

from typing import ClassVar, Literal

from streamkit._core.wire import Wire
from streamkit.types.beta.threads.annotation import AnnotationDelta

__all__ = [
    "ImageFileDelta",
    "ImageFileDeltaBlock",
    "ImageURLDelta",
    "ImageURLDeltaBlock",
    "MessageContentDelta",
    "RefusalDeltaBlock",
    "TextDelta",
    "TextDeltaBlock",
]


class TextDelta(Wire):
    """An addition to a ``Text``."""

    annotations: list[AnnotationDelta] | None = None
    value: str | None = None


class TextDeltaBlock(Wire, tag_field="type", tag="text"):
    """An addition to a block of text."""

    type: ClassVar[Literal["text"]] = "text"
    index: int | None = None
    text: TextDelta | None = None


class ImageFileDelta(Wire):
    """An ``ImageFile``, which is sent whole."""

    detail: str | None = None
    file_id: str | None = None


class ImageFileDeltaBlock(Wire, tag_field="type", tag="image_file"):
    """A block with an image that the model made."""

    type: ClassVar[Literal["image_file"]] = "image_file"
    index: int | None = None
    image_file: ImageFileDelta | None = None


class ImageURLDelta(Wire):
    """An ``ImageURL``, which is sent whole."""

    detail: str | None = None
    url: str | None = None


class ImageURLDeltaBlock(Wire, tag_field="type", tag="image_url"):
    """A block with an image at a URL."""

    type: ClassVar[Literal["image_url"]] = "image_url"
    index: int | None = None
    image_url: ImageURLDelta | None = None


class RefusalDeltaBlock(Wire, tag_field="type", tag="refusal"):
    """An addition to a block with the model's refusal."""

    type: ClassVar[Literal["refusal"]] = "refusal"
    index: int | None = None
    refusal: str | None = None


MessageContentDelta = TextDeltaBlock | ImageFileDeltaBlock | ImageURLDeltaBlock | RefusalDeltaBlock
"""An addition to a block, whose kind is ``type``."""
