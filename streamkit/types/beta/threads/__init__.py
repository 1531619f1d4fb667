"""The types of threads, under the path where the ``openai`` package has its own."""

from __future__ import annotations

from streamkit.types.beta.threads.annotation import (
    Annotation,
    AnnotationDelta,
    FileCitationAnnotation,
    FileCitationDeltaAnnotation,
    FilePathAnnotation,
    FilePathDeltaAnnotation,
)
from streamkit.types.beta.threads.content import (
    ImageFile,
    ImageFileContentBlock,
    ImageURL,
    ImageURLContentBlock,
    MessageContent,
    RefusalContentBlock,
    Text,
    TextContentBlock,
)
from streamkit.types.beta.threads.content_delta import (
    ImageFileDelta,
    ImageFileDeltaBlock,
    ImageURLDelta,
    ImageURLDeltaBlock,
    MessageContentDelta,
    RefusalDeltaBlock,
    TextDelta,
    TextDeltaBlock,
)
from streamkit.types.beta.threads.message import (
    Message,
    MessageDeleted,
    MessageDelta,
    MessageDeltaEvent,
)
from streamkit.types.beta.threads.run import RequiredActionFunctionToolCall, Run, RunStatus

__all__ = [
    "Annotation",
    "AnnotationDelta",
    "FileCitationAnnotation",
    "FileCitationDeltaAnnotation",
    "FilePathAnnotation",
    "FilePathDeltaAnnotation",
    "ImageFile",
    "ImageFileContentBlock",
    "ImageFileDelta",
    "ImageFileDeltaBlock",
    "ImageURL",
    "ImageURLContentBlock",
    "ImageURLDelta",
    "ImageURLDeltaBlock",
    "Message",
    "MessageContent",
    "MessageContentDelta",
    "MessageDeleted",
    "MessageDelta",
    "MessageDeltaEvent",
    "RefusalContentBlock",
    "RefusalDeltaBlock",
    "RequiredActionFunctionToolCall",
    "Run",
    "RunStatus",
    "Text",
    "TextContentBlock",
    "TextDelta",
    "TextDeltaBlock",
]
