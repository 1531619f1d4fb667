"""The operators on common events, each with what it makes of an answer of any protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reactivex import empty
from reactivex import operators as rx

from streamkit import operators as ops
from streamkit import race
from streamkit.machine import Machine
from tests.families.common.answers import ANSWERS, Answer, Person
from tests.families.common.protocols import TOOLS

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from tests.families.common.taking import Operator

__all__ = ["CATALOGUE", "Entry"]

TEXT, STRUCTURED, CALLS = ANSWERS["text"], ANSWERS["structured"], ANSWERS["calls"]
ADA, BO = Person(name="Ada"), Person(name="Bo")


@dataclass(frozen=True)
class Entry:
    """An operator, and its outputs for an answer."""

    operator: Callable[[], Operator]
    items: list[Any]
    """The outputs for the whole answer, as ``shown`` returns them."""
    shown: Callable[[Any], Any] = lambda output: output
    """Returns what is compared of an output."""
    answer: Answer = TEXT
    last: int = 0
    """The number of outputs that come only with the end of the answer."""
    at_end: int = 0
    """The number of outputs that come even if the source is empty."""
    needs_text: bool = False
    """Whether an answer without text is an error."""
    ends_early: bool = False
    """Whether the operator completes before its source."""
    is_shared: bool = False
    """Whether observers have a subscription in common."""
    sum: Callable[[list[Any]], Any] = "".join
    """Returns what is the same of all outputs, however the answer is cut into pieces."""


class Shout(Machine[Any, str]):
    """A machine of a user's own, which needs nothing of a protocol."""

    def feed(self, value: Any, /) -> list[str]:
        return [value.delta.upper()] if value.type == "content.delta" else []

    def close(self) -> list[str]:
        return ["end"]


def member(*names: str) -> Callable[[Any], Any]:
    """Return a function that returns the first member of an output that it has."""

    def read(output: Any) -> Any:
        return next(getattr(output, name) for name in names if hasattr(output, name))

    return read


def without_the_rest(outputs: list[Any]) -> Any:
    """Return the JSON of outputs until the end of the value in it."""
    return "".join(outputs).removesuffix("}")


def newest(outputs: list[Any]) -> Any:
    return outputs[-1]


def values(outputs: list[Any]) -> list[Any]:
    """Return the outputs that are no pieces of a string."""
    return [output for output in outputs if not isinstance(output, str)]


def applied(patches: list[Any]) -> list[Any]:
    """Return the names that patches build, one after the other."""
    names: list[str] = []
    for operation in (operation for patch in patches for operation in patch):
        if operation["path"] == "/name":
            if operation["op"] == "add":
                names.append("")
            names[-1] += operation["value"]
    return names


def the_only_one_in(source: Observable[Any]) -> Observable[Any]:
    return race(source, empty()).pipe(ops.only("content.delta", "content.done"))


def each_part(part: Observable[Any]) -> Observable[Any]:
    return part


def opened(path: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "add", "path": "", "value": {}}, {"op": "add", "path": path, "value": value}]


def name_found(event: Any) -> Any:
    return [event.value] if event.type == "path.done" else event.delta


DELTAS = ["Good ", "day", "!"]
CONTENT: dict[str, Any] = {"shown": member("delta", "content"), "last": 1, "sum": newest}
CATALOGUE = {
    "only": Entry(lambda: ops.only("content.delta"), DELTAS, member("delta")),
    "text": Entry(ops.text, DELTAS),
    "lift": Entry(lambda: ops.lift(Shout), ["GOOD ", "DAY", "!", "end"], last=1, at_end=1),
    "pipe": Entry(
        lambda: ops.pipe(ops.only("content.delta"), rx.map(member("snapshot"))),
        ["Good ", "Good day", "Good day!"],
        sum=newest,
    ),
    "share": Entry(lambda: ops.pipe(ops.share(), ops.text()), DELTAS, is_shared=True),
    "content_timeout": Entry(
        lambda: ops.pipe(ops.content_timeout(first_content=600, total=600), ops.text()), DELTAS
    ),
    "retry_stream": Entry(lambda: ops.pipe(ops.retry_stream(max_attempts=1), ops.text()), DELTAS),
    "race": Entry(lambda: the_only_one_in, [*DELTAS, "Good day!"], **CONTENT),
    "split_by_part": Entry(
        lambda: ops.pipe(ops.split_by_part(), rx.flat_map(each_part)),
        [*DELTAS, "Good day!"],
        **CONTENT,
    ),
    "coalesce": Entry(lambda: ops.pipe(ops.coalesce(characters=6), ops.text()), ["Good day", "!"]),
    "throttle": Entry(lambda: ops.pipe(ops.throttle(0.00001), ops.text()), ["Good ", "day!"]),
    "gate": Entry(lambda: ops.pipe(ops.gate(bool, window=6), ops.text()), DELTAS, last=1),
    "reasoning": Entry(
        ops.reasoning,
        ["Let me ", "think.", "Let me think."],
        member("delta", "reasoning"),
        Answer(reasoning=ANSWERS["reasoning"].reasoning),
        last=1,
        sum=newest,
    ),
    "refusal_detect": Entry(
        lambda: ops.pipe(ops.refusal_detect(), ops.only("refusal.done")),
        ["I will not."],
        member("refusal"),
        ANSWERS["refusal"],
        last=1,
    ),
    "partial_parse": Entry(
        lambda: ops.pipe(ops.partial_parse(Person), ops.only("content.delta", "content.done")),
        [{}, {"name": "Ada"}, {"name": "Ada"}, ADA],
        member("parsed"),
        STRUCTURED,
        last=1,
        sum=newest,
    ),
    "parse_text": Entry(
        lambda: ops.pipe(ops.text(), ops.parse_text(Person), ops.only("content.delta")),
        [{}, {"name": "Ada"}, {"name": "Ada"}],
        member("parsed"),
        STRUCTURED,
        needs_text=True,
        sum=newest,
    ),
    "select": Entry(
        lambda: ops.select("name"), ["Ada", ["Ada"]], name_found, STRUCTURED, sum=values
    ),
    "items": Entry(
        lambda: ops.items("name", str), ["Ada"], member("value"), STRUCTURED, sum=newest
    ),
    "patches": Entry(
        ops.patches,
        [
            [{"op": "add", "path": "", "value": {}}],
            [{"op": "add", "path": "/name", "value": "Ada"}],
        ],
        member("operations"),
        STRUCTURED,
        sum=applied,
    ),
    "until": Entry(
        lambda: ops.pipe(ops.until("name"), ops.text()),
        ['{"name": ', '"Ada', '"}'],
        answer=STRUCTURED,
        ends_early=True,
        sum=without_the_rest,
    ),
    "tool_arg_parse": Entry(
        lambda: ops.pipe(ops.tool_arg_parse(TOOLS), ops.only("tool_calls.function.arguments.done")),
        [ADA, BO],
        member("parsed_arguments"),
        CALLS,
        last=1,
        sum=list,
    ),
    "select, of a tool": Entry(
        lambda: ops.select("name", tool="greet"),
        ["A", "da", ["Ada"], "Bo", ["Bo"]],
        name_found,
        CALLS,
        sum=values,
    ),
    "items, of a tool": Entry(
        lambda: ops.items("name", tool="greet"), ["Ada", "Bo"], member("value"), CALLS, sum=list
    ),
    "patches, of a tool": Entry(
        lambda: ops.patches(tool="greet"),
        [
            opened("/name", "A"),
            [{"op": "append", "path": "/name", "value": "da"}],
            opened("/name", "Bo"),
        ],
        member("operations"),
        CALLS,
        sum=applied,
    ),
    "until, of a tool": Entry(
        lambda: ops.pipe(
            ops.until("name", tool="greet"), ops.only("tool_calls.function.arguments.delta")
        ),
        ["", '{"name": "A', 'da"}'],
        member("arguments_delta"),
        CALLS,
        ends_early=True,
        sum=without_the_rest,
    ),
}
