"""Records the chunks of litellm's streams, in tests/recordings/litellm.json.

The package is too heavy for the tests: 205 MB, and seconds to import. To record its chunks anew,
make an environment with it and with this package, and run

    python -m tests.sources.record_litellm

The embedded server answers, so nothing leaves the machine.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from streamkit.server import EmbeddedServer

RECORDING = Path(__file__).parent.parent / "recordings" / "litellm.json"
MESSAGES = [{"role": "user", "content": "hi"}]
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
}
GREET = {"name": "greet", "description": "Greet.", "parameters": SCHEMA, "strict": True}
TOOLS = [{"type": "function", "function": GREET}]


class Person(BaseModel):
    """The format of a structured answer."""

    name: str
    age: int


CHATS: dict[str, dict[str, Any]] = {
    "text": {"max_tokens": 6},
    "usage": {"max_tokens": 6, "stream_options": {"include_usage": True}},
    "format": {"response_format": Person},
    "tools": {"tools": TOOLS, "tool_choice": "required"},
    "logprobs": {"max_tokens": 6, "logprobs": True},
    "two choices": {"max_tokens": 6, "n": 2},
}


def main() -> None:
    """Ask for answers of each kind, and write what came."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it asks the network
    import litellm  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports] - see above

    package: Any = litellm
    taken: dict[str, list[Any]] = {}
    with EmbeddedServer(seed=3) as server:
        ours: dict[str, Any] = {"model": "openai/m", "api_base": server.base_url, "api_key": "k"}
        theirs = ours | {"model": "anthropic/m", "api_base": server.base_url.removesuffix("/v1")}
        for name, params in CHATS.items():
            chat = package.completion(messages=MESSAGES, stream=True, **ours, **params)
            taken[name] = list(chat)
        taken["from Anthropic"] = list(
            package.completion(messages=MESSAGES, stream=True, max_tokens=6, **theirs)
        )
        taken["response"] = list(package.responses(input="hi", stream=True, **ours))
    dumped = {name: [each.model_dump(mode="json") for each in them] for name, them in taken.items()}
    lines = (
        f"{json.dumps(name)}: [\n" + ",\n".join(map(json.dumps, chunks)) + "\n]"
        for name, chunks in dumped.items()
    )
    RECORDING.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
