"""An argument of the wrong type raises where it was written, and not when a stream flows."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from reactivex import empty

from streamkit import Hub, iterate, race
from streamkit import operators as ops
from streamkit.polling import poll


async def later(_: object) -> bool:
    return True


def consumer(**options: Any) -> object:
    return Hub[Any]().consumer(**options)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(ops, name) for name in ops.__all__},
    "Hub": Hub,
    "Hub.consumer": consumer,
    "iterate": iterate,
    "poll": poll,
    "race": race,
}

REQUIRED: dict[str, Any] = {
    "check": str.isascii,
    "function": str,
    "fetch": int,
    "make": list,
    "observable": empty(),
    "path": "a",
    "per_second": 3,
    "seconds": 1,
    "tools": [],
    "until": bool,
}
"""Arguments that are right, for functions that need more than the wrong one."""

ANY_TYPE = {"format", "type"}
"""Parameters that take any type; those have errors of their own."""

WRONG = object()


def parameters(function: Callable[..., Any]) -> list[str]:
    named = ["limit", "overflow"] if function is FUNCTIONS["Hub.consumer"] else []
    return named or [name for name in inspect.signature(function).parameters if name != "options"]


def called(name: str, parameter: str, value: object) -> object:
    """Call a function with one argument, and with the others that it cannot do without."""
    function = FUNCTIONS[name]
    signature = inspect.signature(function)
    if (given := signature.parameters.get(parameter)) and given.kind is given.VAR_POSITIONAL:
        return function(value)
    first = [empty()] if name == "race" else []
    needed = {
        other: REQUIRED[other]
        for other, each in signature.parameters.items()
        if each.default is each.empty and other in REQUIRED
    }
    if name == "coalesce":
        needed["seconds"] = 1
    if name == "lift":
        needed["make"] = lambda: None
    return function(*first, **(needed | {parameter: value}))


def named(value: object) -> str:
    return str(getattr(value, "__name__", value))


CASES = [(name, each) for name, function in FUNCTIONS.items() for each in parameters(function)]


@pytest.mark.parametrize(("name", "parameter"), CASES, ids=["-".join(case) for case in CASES])
def test_a_value_of_a_wrong_type_is_a_type_error_of_the_call(name: str, parameter: str) -> None:
    with pytest.raises(TypeError) as raised:
        called(name, parameter, WRONG)
    if parameter not in ANY_TYPE:
        assert "instances of" not in str(raised.value)  # it was noticed, and did not just happen
        assert "object at 0x" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [
        ("map_async", "max_concurrent", True),
        ("map_async", "max_concurrent", 2.5),
        ("Hub", "replay", True),
        ("share", "replay", True),
        ("gate", "check", None),
        ("items", "path", ["steps"]),
        ("only", "types", ["content.delta"]),
        ("only", "types", {}),
        ("call_tools", "tools", len),
        ("call_tools", "tools", "look"),
        ("tool_arg_parse", "tools", [len]),
        ("tool_arg_parse", "tools", [dict]),
        ("chat_events", "tools", None),
        ("chat_events", "tools", "look"),
        ("decode", "type_", dict[str, Any]),
        ("lift", "make", dict),
        ("lift", "takes", 5),
        ("throttle", "per_second", "20"),
        ("call_tools", "timeout", "1"),
        ("content_timeout", "total", True),
        ("retry_stream", "results", {}),
        ("retry_stream", "retry_if", later),
        ("retry_stream", "wait", later),
        ("poll", "until", later),
        ("poll", "fetch", 5),
    ],
    ids=named,
)
def test_so_is_one_that_nearly_fits(name: str, parameter: str, value: object) -> None:
    with pytest.raises(TypeError, match=r"must be|takes|is (a|one)|not"):
        called(name, parameter, value)


@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [
        ("items", "path", {}),
        ("iterate", "buffer", -1),
        ("map_async", "max_concurrent", 0),
        ("Hub", "linger", float("inf")),
        ("share", "linger", float("nan")),
        ("coalesce", "seconds", float("inf")),
        ("throttle", "per_second", float("nan")),
        ("throttle", "per_second", 1e-300),
        ("call_tools", "timeout", -1),
        ("decode", "on_truncated", "ignore"),
        ("decode", "choices", 0),
        ("race", "first", "last"),
    ],
    ids=named,
)
def test_a_value_that_makes_no_sense_is_a_value_error(
    name: str, parameter: str, value: object
) -> None:
    with pytest.raises(ValueError, match=r"must be|takes"):
        called(name, parameter, value)


def test_a_dict_of_paths_has_its_types_itself() -> None:
    with pytest.raises(TypeError, match="has their types"):
        ops.items({"a": int}, str)  # type: ignore[call-overload] # the types refuse it, too


@pytest.mark.parametrize("name", ops.__all__)
def test_an_operator_that_was_not_called_is_named(name: str) -> None:
    with pytest.raises(TypeError, match=rf"pipe takes operators, and {name} is none"):
        ops.pipe(FUNCTIONS[name])
