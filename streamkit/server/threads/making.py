"""The messages and tool calls of a scenario, with made-up values for all that it leaves open."""

from __future__ import annotations

import json
from base64 import b64decode
from itertools import count
from typing import TYPE_CHECKING, Any

from streamkit._core.compiled import convert
from streamkit.server.chat.answer import arguments_for, content_for
from streamkit.server.chat.request import Format, FunctionTool
from streamkit.server.identity import identifier
from streamkit.server.sampling import prose, words
from streamkit.server.sampling.budget import Budget
from streamkit.server.threads.plan import tools_of
from streamkit.server.threads.scenario import (
    CodeInterpreter,
    FileSearch,
    Function,
    Image,
    Logs,
    Message,
    Refusal,
    ToolCalls,
)

if TYPE_CHECKING:
    from random import Random

    from streamkit.server.store import Document, Store

STEPS = 100_000
"""The budget of one step of a run; each of its tokens is written to the store."""
DOT = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""The picture of one dot that every image of a run holds."""


class Maker:
    """A maker of the messages and calls of a run, the same for the same randomness.

    Args:
        store: The store that takes the run's images.
        run: The run's object.
        prompt: The text of the user's last message.
        sources: The files that a search finds, as objects; at least one.
        random: The source of everything that is made up.
    """

    def __init__(
        self,
        store: Store,
        run: Document,
        *,
        prompt: str,
        sources: list[Document],
        random: Random,
    ) -> None:
        self._store = store
        self._run = run
        self._prompt = prompt
        self._sources = sources
        self._random = random
        self._budget = Budget(STEPS)

    def blocks(self, message: Message) -> list[Document]:
        """Return the complete content of a message, as the API shows it."""
        return [self._block(part) for part in message.content]

    def calls(self, step: ToolCalls, turn: int) -> list[Document]:
        """Return the calls of a step, as the API shows them before a function has its output.

        ``turn`` is the number of calls in the steps before.
        """
        made: list[Document] = []
        turns = count(turn)
        for call in step.calls:
            match call:
                case CodeInterpreter():
                    outputs = [self._output(output) for output in call.outputs]
                    made.append(self._call("code_interpreter", input=call.input, outputs=outputs))
                case FileSearch():
                    made.append(self._call("file_search", **self._search()))
                case Function():
                    tool = self._tool(call.name, turns)
                    made.append(self._function(tool, call.arguments))
                case _:
                    made += [self._function(tool, None) for tool in self._wanted()]
        return made

    def _block(self, part: object) -> Document:
        if isinstance(part, Image):
            return {
                "type": "image_file",
                "image_file": {"file_id": self._image(), "detail": "auto"},
            }
        if isinstance(part, Refusal):
            said = prose.refusal(self._random) if part.refusal is None else part.refusal
            return {"type": "refusal", "refusal": said}
        text: str | None = getattr(part, "text", None)
        if text is None:
            text = self._text()
        annotations: list[Document] = []
        for number in range(getattr(part, "citations", 0)):
            source = self._sources[number % len(self._sources)]
            mark = f"【{len(annotations)}:{number}†{source['filename']}】"
            annotations.append(
                {
                    "type": "file_citation",
                    "text": mark,
                    "start_index": len(text),
                    "end_index": len(text) + len(mark),
                    "file_citation": {"file_id": source["id"]},
                }
            )
            text += mark
        return {"type": "text", "text": {"value": text, "annotations": annotations}}

    def _text(self) -> str:
        wanted = self._run["response_format"]
        shape: Format | None = None
        if isinstance(wanted, dict):
            shape = convert(wanted, Format)
        return content_for(shape, self._prompt, self._random, self._budget)

    def _output(self, output: object) -> Document:
        if isinstance(output, Logs):
            return {"type": "logs", "logs": output.logs}
        return {"type": "image", "image": {"file_id": self._image()}}

    def _image(self) -> str:
        file = {
            "bytes": len(DOT),
            "filename": "image.png",
            "purpose": "assistants_output",
            "status": "processed",
            "status_details": None,
            "expires_at": None,
        }
        record = self._store.add("file", "file-", file)
        self._store.write(record.id, 0, DOT)
        return record.id

    def _search(self) -> dict[str, Any]:
        results = [
            {
                "file_id": source["id"],
                "file_name": source["filename"],
                "score": round(self._random.uniform(0.5, 1.0), 2),
                "content": [{"type": "text", "text": words.sentence(self._random)}],
            }
            for source in self._sources
        ]
        ranking = {"ranker": "default_2024_08_21", "score_threshold": 0.0}
        return {"ranking_options": ranking, "results": results}

    def _wanted(self) -> list[FunctionTool]:
        tools = self._functions()
        return tools if self._run["parallel_tool_calls"] else [self._random.choice(tools)]

    def _tool(self, name: str | None, turns: count[int]) -> FunctionTool:
        tools = self._functions()
        if name is None:
            return tools[next(turns) % len(tools)]
        by_name = {tool.function.name: tool for tool in tools}
        return by_name.get(name) or _function_named(name)

    def _functions(self) -> list[FunctionTool]:
        found = [tool for tool in tools_of(self._run) if isinstance(tool, FunctionTool)]
        return found or [_function_named("look_up")]

    def _function(self, tool: FunctionTool, arguments: dict[str, Any] | None) -> Document:
        if arguments is None:
            text = arguments_for(tool.function, self._random, self._budget)
        else:
            text = json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
        return self._call("function", name=tool.function.name, arguments=text, output=None)

    def _call(self, kind: str, **fields: object) -> Document:
        return {"id": "call_" + identifier(self._random, 24), "type": kind, kind: fields}


def _function_named(name: str) -> FunctionTool:
    parameters = {
        "type": "object",
        "properties": {"question": {"type": "string"}},
        "required": ["question"],
    }
    return convert(
        {"type": "function", "function": {"name": name, "parameters": parameters}}, FunctionTool
    )


def invented_file(random: Random) -> Document:
    """Return a made-up file for a search of a run that has no files."""
    return {"id": "file-" + identifier(random, 24), "filename": f"{words.word(random)}.txt"}
