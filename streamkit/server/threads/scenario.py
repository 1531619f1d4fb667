"""The scenarios of runs, as data."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from streamkit._core.compiled import decoder

End = Literal["completed", "incomplete", "failed", "expired", "cancelled", "error"]


class Text(Struct, forbid_unknown_fields=True, tag_field="type", tag="text"):
    """A block of text."""

    text: str | None = None
    """The text; None for one made of the user's own words."""
    citations: Annotated[int, Meta(ge=0)] = 0
    """The number of citations of files at the end of the text."""


class Image(Struct, forbid_unknown_fields=True, tag_field="type", tag="image_file"):
    """A block with an image, which is a file to download."""


class Refusal(Struct, forbid_unknown_fields=True, tag_field="type", tag="refusal"):
    """A block with a refusal."""

    refusal: str | None = None


class Message(Struct, forbid_unknown_fields=True, tag_field="type", tag="message"):
    """A step: a message of several blocks."""

    content: Annotated[list[Text | Image | Refusal], Meta(min_length=1)]


class Logs(Struct, forbid_unknown_fields=True, tag_field="type", tag="logs"):
    """The text that code printed."""

    logs: str


class Picture(Struct, forbid_unknown_fields=True, tag_field="type", tag="image"):
    """The image that code drew."""


class CodeInterpreter(Struct, forbid_unknown_fields=True, tag_field="type", tag="code_interpreter"):
    """A call that runs code."""

    input: str
    outputs: list[Logs | Picture] = []


class FileSearch(Struct, forbid_unknown_fields=True, tag_field="type", tag="file_search"):
    """A call that searches the vector stores of the assistant and the thread."""


class Function(Struct, forbid_unknown_fields=True, tag_field="type", tag="function"):
    """A call of one function."""

    name: str | None = None
    """The name of the function; None takes the functions of the run in turn."""
    arguments: dict[str, Any] | None = None
    """The arguments; None for made-up ones that the function's schema allows."""


class Functions(Struct, forbid_unknown_fields=True, tag_field="type", tag="functions"):
    """A call of each function of the run, or of one function without parallel calls."""


class ToolCalls(Struct, forbid_unknown_fields=True, tag_field="type", tag="tool_calls"):
    """A step: calls of tools. Calls of functions wait for their outputs."""

    calls: Annotated[list[CodeInterpreter | FileSearch | Function | Functions], Meta(min_length=1)]


class Scenario(Struct, forbid_unknown_fields=True):
    """The steps of a run and its end; an early end comes half-way through the last step."""

    steps: list[Message | ToolCalls]
    end: End = "completed"
    code: Literal["server_error", "rate_limit_exceeded"] = "server_error"
    """The code of a failure."""
    message: str = "Sorry, something went wrong."
    """The text of a failure."""


@cache
def shipped() -> dict[str, Scenario]:
    """Return the scenarios that every server knows, by name."""
    text = files("streamkit.server.threads").joinpath("scenarios.json").read_bytes()
    return decoder(dict[str, Scenario]).decode(text)
