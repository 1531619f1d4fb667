"""Messages and run steps that deltas add to, each readable in its state at any earlier moment."""

# Strategy: an object is a dict that is never changed, only replaced, so an event can hold it for
# ever and nothing is built before somebody reads it. A part that a delta names by an index keeps
# its index until the object is built, so gaps are fine. A delta is merged by the rules below;
# before that each of its parts gets its index, and text that only repeats known text is removed.

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from streamkit._core.indexed import IndexedMark, index_of
from streamkit._core.merge import EMPTY, Fields, Rules, TextMark, merged, resolved
from streamkit._core.text import TextLog, whole_text
from streamkit._core.wire import Wire, as_sent
from streamkit.errors import LimitExceededError
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import construct
from streamkit.types.beta.threads import Message
from streamkit.types.beta.threads.runs import RunStep

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = [
    "Addition",
    "Growing",
    "Mark",
    "built",
    "growing_text",
    "matched",
    "parts",
    "text_to_parse",
]

W = TypeVar("W", bound=Wire)
G = TypeVar("G", Message, RunStep)
T = TypeVar("T")

Mark: TypeAlias = Fields
"""An object, or a part of one, at one moment."""


class Addition(Struct, frozen=True, gc=False):
    """The result of adding a delta to an object."""

    mark: Mark
    """The object after the delta."""
    places: tuple[int, ...]
    """The indices of the parts that the delta added to, in the order of the delta."""
    opened: bool
    """Whether the object was unknown before the delta."""


class Growing(Generic[G]):
    """The messages, or the run steps, of a stream by their ids, in the order of their arrival."""

    def __init__(self, type_: type[G], limits: Limits = DEFAULTS) -> None:
        self.limits = limits
        """The limits of the objects and of their parts; ``LimitExceededError`` beyond them."""
        self._type: type[G] = type_
        self._marks: dict[str, Mark] = {}
        self._whole_parts: dict[str, set[int]] = {}  # that came with the object, and no delta since
        self._finished: dict[str, G] = {}

    def open(self, object_: G) -> bool:
        """Take an object as it begins, and return whether it was unknown."""
        id = object_.id
        if id in self._marks:
            return False
        self._expect(id)
        mark = merged(EMPTY, as_sent(object_), _RULES, self.limits)
        self._marks[id] = mark
        self._whole_parts[id] = set(parts(mark))
        return True

    def add(self, id: str, delta: Wire) -> Addition | None:
        """Merge a delta into its object; return the result, or None when the object has ended."""
        if id in self._finished:
            return None
        self._expect(id)
        old = self._marks.get(id)
        mark = {"id": id} if old is None else old
        new = as_sent(delta)
        fragments = _parts(new)
        known = parts(mark)
        places = _settle(fragments, known)
        whole = self._whole_parts.get(id, set[int]())
        for place, fragment in zip(places, fragments, strict=True):
            if place in whole and fragment.get("id") and fragment["id"] == known[place].get("id"):
                fragment.update(_news(fragment, known[place]))
        whole.difference_update(places)
        self._marks[id] = mark = merged(mark, new, _RULES, self.limits)
        return Addition(mark, tuple(places), old is None)

    def finish(self, object_: G) -> bool:
        """Take an object as it ended, and return whether it had not ended before."""
        self._expect(object_.id)
        is_news = object_.id not in self._finished
        self._finished[object_.id] = object_
        self._marks.setdefault(object_.id, EMPTY)
        return is_news

    def mark(self, id: str) -> Mark:
        """Return the state of an object from its deltas; empty for an unknown id."""
        return self._marks.get(id, EMPTY)

    def snapshot(self, id: str) -> G:
        """Return an object as it ended, or else in its present state."""
        finished = self._finished.get(id)
        return built(self._type, self.mark(id)) if finished is None else finished

    def snapshots(self) -> list[G]:
        """Return all objects, each as it ended or else in its present state."""
        return [self.snapshot(id) for id in self._marks]

    def _expect(self, id: str) -> None:
        if id not in self._marks and len(self._marks) >= self.limits.objects:
            raise LimitExceededError(
                "objects", self.limits.objects, f"the server sent another {self._type.__name__}"
            )


def built(type_: type[W], mark: Mark) -> W:
    """Return the object of a mark as an instance of its wire type."""
    return construct(type_, _without_indices(resolved(mark)))


def parts(mark: Mark) -> dict[int, Mark]:
    """Return the content of a message, or the tool calls of a step, by their indices."""
    return {part["index"]: part for part in _parts(mark)}


def matched(used: Collection[int], whole: Sequence[T], *, others: bool) -> dict[int, T | None]:
    """Return the parts of a whole object by their indices in deltas; None for one that it lacks.

    A whole object has no gaps: where the indices have gaps, their order counts instead.

    Args:
        used: The indices that deltas used.
        whole: The parts of the whole object.
        others: Whether to return the parts too that no delta mentioned.
    """
    if max(used, default=-1) < len(whole):
        return {index: part for index, part in enumerate(whole) if others or index in used}
    rest = iter(whole)
    return {index: next(rest, None) for index in sorted(used)}


_PARTS = frozenset({"annotations", "content", "outputs", "tool_calls"})
"""The lists whose items a delta names by index; any other list in a delta is the whole list."""


def _is_open(function: Mark) -> bool:
    """Return whether a function awaits more arguments; if so, another name extends its name."""
    known = function.get("arguments")
    return known.log.is_open_json() if isinstance(known, TextMark) else not known


_OF_A_PART = Rules(
    texts=frozenset({"arguments", "input", "logs", "refusal", "value"}),
    kept=frozenset({"id"}),  # some servers send another one with every fragment
    lists="replaced",
    indexed=_PARTS,
    most="parts",
)
_RULES = replace(_OF_A_PART, fields={"function": replace(_OF_A_PART, names={"name": _is_open})})


def _parts(mark: Mark) -> list[dict[str, Any]]:
    details: Any = mark.get("step_details")
    holder = cast("Mark", details) if isinstance(details, dict) else mark
    found: Any = holder.get("content" if holder is mark else "tool_calls")
    if isinstance(found, IndexedMark):
        found = found.in_order()
    elif not isinstance(found, list):
        return []
    items = cast("Iterable[Any]", found)
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


def _settle(fragments: list[dict[str, Any]], known: Mapping[int, Mark]) -> list[int]:
    """Give every fragment an index, also where the server does not, and return the indices.

    A fragment without an index gets that of the part with the same id. Else it gets that of the
    last part, if this has the same type and the fragment has no id, or has besides its id only
    arguments, which the last part awaits. Else it gets a new index.
    """
    parts = dict(known)
    by_id = {str(part["id"]): place for place, part in parts.items() if part.get("id")}
    last = max(parts, default=-1)
    for fragment in fragments:
        id = str(fragment.get("id") or "")
        index = index_of(fragment)
        if index is None:
            # A list, not a set: a server may send a type that is not hashable.
            types = [None, parts[last].get("type")] if last >= 0 else []
            goes_on = fragment.get("type") in types
            if id and goes_on:
                goes_on = not _name(fragment) and _awaits_arguments(parts[last])
            new = last if goes_on else last + 1
            index = by_id.get(id, new)
        fragment["index"] = index
        if index not in parts:
            parts[index] = fragment
            last = max(last, index)
        if id:
            by_id.setdefault(id, index)
    return [fragment["index"] for fragment in fragments]


def _name(part: Mark) -> str:
    function: Any = part.get("function")
    fields = cast("Mark", function) if isinstance(function, dict) else EMPTY
    return str(fields.get("name") or "")


def _awaits_arguments(part: Mark) -> bool:
    """Return whether a part is a call of a function whose arguments are not whole."""
    return bool(_name(part)) and _is_open(part["function"])


def _news(fragment: Mark, part: Mark) -> dict[str, Any]:
    """Return a fragment without the text that it repeats from a part that came whole.

    Some servers send a step with a whole tool call in it, and then the same call as a delta.
    """
    return {key: _news_of(value, part.get(key)) for key, value in fragment.items()}


def _news_of(value: Any, known: Any) -> Any:
    if isinstance(value, str) and isinstance(known, TextMark):
        return value.removeprefix(resolved(known))
    if isinstance(value, dict) and isinstance(known, Mapping):
        return _news(cast("Mark", value), cast("Mark", known))
    if isinstance(value, list) and isinstance(known, IndexedMark):
        items = [cast("Mark", item) for item in cast("list[Any]", value) if isinstance(item, dict)]
        # Here an item without an index repeats the known item at the same place.
        places = [
            place if (at := index_of(item)) is None else at for place, item in enumerate(items)
        ]
        parts = {part["index"]: part for part in known.in_order()}
        return [
            {**_news(item, parts.get(place, EMPTY)), "index": place}
            for place, item in zip(places, items, strict=True)
        ]
    return cast("object", value)


def _without_indices(value: Any, *, are_parts: bool = False) -> Any:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {
            key: _without_indices(item, are_parts=key in _PARTS)
            for key, item in fields.items()
            if not (are_parts and key == "index")
        }
    if isinstance(value, list):
        return [_without_indices(item, are_parts=are_parts) for item in cast("list[Any]", value)]
    return value


def growing_text(part: Mark, object_: str, name: str) -> TextMark | None:
    """Return a growing text in an object of a part, or None if there is none."""
    fields = part.get(object_)
    value = cast("Mark", fields).get(name) if isinstance(fields, Mapping) else None
    return value if isinstance(value, TextMark) else None


def text_to_parse(text: str | None, *, is_cut: bool) -> TextLog | None:
    """Return a whole text to be parsed, or None if it was cut short and is no closed JSON."""
    log = whole_text(text or "")
    return None if is_cut and not log.is_whole_json() else log
