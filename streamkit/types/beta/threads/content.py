"""The blocks of a message's content."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import field

from streamkit._core.wire import Wire
from streamkit.types.beta.threads.annotation import Annotation

__all__ = [
    "ImageFile",
    "ImageFileContentBlock",
    "ImageURL",
    "ImageURLContentBlock",
    "MessageContent",
    "RefusalContentBlock",
    "Text",
    "TextContentBlock",
]


class Text(Wire):
    """A text, and the files that pieces of it refer to."""

    annotations: list[Annotation] = []
    value: str = ""


class TextContentBlock(Wire, tag_field="type", tag="text"):
    """A block of text."""

    type: ClassVar[Literal["text"]] = "text"
    text: Text = field(default_factory=Text)


class ImageFile(Wire):
    """An image that is an uploaded file."""

    file_id: str = ""
    detail: str | None = None


class ImageFileContentBlock(Wire, tag_field="type", tag="image_file"):
    """A block with an image that was uploaded or made."""

    type: ClassVar[Literal["image_file"]] = "image_file"
    image_file: ImageFile = field(default_factory=ImageFile)


class ImageURL(Wire):
    """An image at a URL."""

    url: str = ""
    detail: str | None = None


class ImageURLContentBlock(Wire, tag_field="type", tag="image_url"):
    """A block with an image at a URL."""

    type: ClassVar[Literal["image_url"]] = "image_url"
    image_url: ImageURL = field(default_factory=ImageURL)


class RefusalContentBlock(Wire, tag_field="type", tag="refusal"):
    """A block with the model's refusal."""

    type: ClassVar[Literal["refusal"]] = "refusal"
    refusal: str = ""


MessageContent = (
    TextContentBlock | ImageFileContentBlock | ImageURLContentBlock | RefusalContentBlock
)
"""A block of any kind, distinguished by ``type``."""
