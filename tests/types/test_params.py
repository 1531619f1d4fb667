"""The types of parameters have the same keys as those of the openai and anthropic packages."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import anthropic.types
import openai.types.chat
import openai.types.responses
import openai.types.responses.tool_param
import openai.types.shared_params
import pytest
from pydantic import TypeAdapter, ValidationError
from typing_extensions import is_typeddict

import streamkit.types
import streamkit.types.chat
import streamkit.types.responses.tool_param
from streamkit.types import params, shared_params
from streamkit.types.params import chat, messages, responses

if TYPE_CHECKING:
    from collections.abc import Iterator


def dicts_of(ours: Any, theirs: Any) -> list[Any]:
    pairs = [(getattr(ours, name), getattr(theirs, name), name) for name in ours.__all__]
    return [pytest.param(*pair, id=pair[2]) for pair in pairs if is_typeddict(pair[0])]


OPENAI = [
    *dicts_of(chat, openai.types.chat),
    *dicts_of(shared_params, openai.types.shared_params),
    *dicts_of(responses, openai.types.responses),
]
ANTHROPIC = dicts_of(messages, anthropic.types)


@pytest.mark.parametrize(("ours", "theirs", "_name"), OPENAI)
def test_a_parameter_has_the_keys_that_openai_has(ours: Any, theirs: Any, _name: str) -> None:
    assert ours.__required_keys__ == theirs.__required_keys__
    assert ours.__optional_keys__ == theirs.__optional_keys__


@pytest.mark.parametrize(("ours", "theirs", "_name"), ANTHROPIC)
def test_a_parameter_has_keys_that_anthropic_has(ours: Any, theirs: Any, _name: str) -> None:
    assert ours.__required_keys__ == theirs.__required_keys__
    assert ours.__optional_keys__ <= theirs.__optional_keys__


TOOLS = [
    *(each for each in OPENAI if each.id and each.id.endswith("ToolParam")),
    *dicts_of(streamkit.types.responses.tool_param, openai.types.responses.tool_param),
]


@pytest.mark.parametrize(("ours", "theirs", "_name"), TOOLS)
def test_a_tool_has_the_keys_that_openai_has_at_every_depth(
    ours: Any, theirs: Any, _name: str
) -> None:
    """What is a mapping of ours may have any keys."""
    assert ours.__required_keys__ == theirs.__required_keys__
    assert ours.__optional_keys__ == theirs.__optional_keys__
    our_types, their_types = get_type_hints(ours), get_type_hints(theirs)
    for key in our_types:
        within = [*typed_dicts(our_types[key])]
        for inner, their_inner in zip(within, typed_dicts(their_types[key]), strict=bool(within)):
            test_a_tool_has_the_keys_that_openai_has_at_every_depth(inner, their_inner, key)


def typed_dicts(hint: Any) -> Iterator[Any]:
    """Yield the TypedDicts in a type, in their order."""
    if is_typeddict(hint):
        yield hint
    for argument in get_args(hint):
        yield from typed_dicts(argument)


def test_every_tool_of_openai_has_a_type() -> None:
    def kinds(tool: Any) -> set[str]:
        return {
            kind for each in typed_dicts(tool) for kind in get_args(get_type_hints(each)["type"])
        }

    assert kinds(responses.ToolParam) == kinds(openai.types.responses.ToolParam)


def test_every_name_of_openai_for_a_chat_parameter_is_there() -> None:
    theirs = {
        name
        for name in dir(openai.types.chat)
        if name.startswith("ChatCompletion") and name.endswith("Param")
    }
    assert theirs <= {*streamkit.types.chat.__all__}


MESSAGES: list[Any] = [
    {"role": "developer", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "Rain?"}]},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "rain", "arguments": "{}"}}
        ],
    },
    {"role": "tool", "tool_call_id": "c", "content": "no"},
]
TURNS: list[Any] = [
    {"role": "user", "content": "Rain?"},
    {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "t", "name": "rain", "input": {}}],
    },
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "no"}]},
]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (list[chat.ChatCompletionMessageParam], MESSAGES),
        (list[messages.MessageParam], TURNS),
    ],
    ids=["chat", "messages"],
)
def test_pydantic_validates_a_conversation(type_: Any, value: Any) -> None:
    read = TypeAdapter(type_).validate_python(value)
    assert [each["role"] for each in read] == [each["role"] for each in value]
    with pytest.raises(ValidationError):
        TypeAdapter(type_).validate_python([{"role": "user"}])


def test_a_program_that_names_no_parameter_loads_none() -> None:
    program = "import streamkit.types.chat, sys; print([m for m in sys.modules if 'param' in m])"
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert params.__name__ not in loaded
    assert "shared_params" not in loaded


@pytest.mark.parametrize("module", [streamkit.types, streamkit.types.chat])
def test_a_name_that_is_not_there_is_an_attribute_error(module: Any) -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        module.Nothing  # noqa: B018 - reading it is the test
