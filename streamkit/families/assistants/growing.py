"""Messages and run steps that deltas add to, each readable as it was at any moment."""

# Strategy: an object is a dict that is never changed, only replaced, so an event can hold it for
# ever and nothing is built before somebody reads it. The parts that a delta names by an index keep
# it until the object is built, so gaps are fine. What a delta adds is merged by the rules below;
# before that each part finds its place, and what is only said once more is taken out.

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from streamkit._core.indexed import IndexedMark, index_of
from streamkit._core.merge import EMPTY, Fields, Rules, TextMark, merged, resolved
from streamkit._core.wire import Wire, as_sent
from streamkit.errors import LimitExceededError
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import construct
from streamkit.types.beta.threads import Message
from streamkit.types.beta.threads.runs import RunStep

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["Addition", "Growing", "Mark", "built", "matched", "parts"]

W = TypeVar("W", bound=Wire)
G = TypeVar("G", Message, RunStep)
T = TypeVar("T")

Mark: TypeAlias = Fields
"""An object, or a part of one, as of a moment."""


class Addition(Struct, frozen=True, gc=False):
    """What a delta did to an object."""

    mark: Mark
    """The object after it."""
    places: tuple[int, ...]
    """The indices of the parts it added to, in the order the delta has them."""
    opened: bool
    """Whether nothing of the object was known before."""


class Growing(Generic[G]):
    """The messages, or the run steps, of a stream by their id, in the order they came."""

    def __init__(self, type_: type[G], limits: Limits = DEFAULTS) -> None:
        self.limits = limits
        """How much there may be; ``LimitExceededError`` beyond."""
        self._type: type[G] = type_
        self._marks: dict[str, Mark] = {}
        self._whole_parts: dict[str, set[int]] = {}  # that came with the object, and no delta since
        self._finished: dict[str, G] = {}

    def open(self, object_: G) -> bool:
        """Take an object as it begins; say whether nothing of it was known."""
        id = object_.id
        if id in self._marks:
            return False
        self._expect(id)
        mark = merged(EMPTY, as_sent(object_), _RULES, self.limits)
        self._marks[id] = mark
        self._whole_parts[id] = set(parts(mark))
        return True

    def add(self, id: str, delta: Wire) -> Addition | None:
        """Take a delta; None when its object has ended."""
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
        """Take an object as it ended; say whether it had not."""
        self._expect(object_.id)
        is_news = object_.id not in self._finished
        self._finished[object_.id] = object_
        self._marks.setdefault(object_.id, EMPTY)
        return is_news

    def mark(self, id: str) -> Mark:
        """An object as its deltas made it."""
        return self._marks.get(id, EMPTY)

    def snapshot(self, id: str) -> G:
        """An object as it is now, or as it ended."""
        finished = self._finished.get(id)
        return built(self._type, self.mark(id)) if finished is None else finished

    def snapshots(self) -> list[G]:
        """All of them."""
        return [self.snapshot(id) for id in self._marks]

    def _expect(self, id: str) -> None:
        if id not in self._marks and len(self._marks) >= self.limits.objects:
            raise LimitExceededError(
                "objects", self.limits.objects, f"the server sent another {self._type.__name__}"
            )


def built(type_: type[W], mark: Mark) -> W:
    """The wire type of what a mark marks."""
    return construct(type_, _without_indices(resolved(mark)))


def parts(mark: Mark) -> dict[int, Mark]:
    """The content of a message, or the tool calls of a step, by their indices."""
    return {part["index"]: part for part in _parts(mark)}


def matched(told: Collection[int], whole: Sequence[T], *, others: bool) -> dict[int, T | None]:
    """The parts of a whole object by the indices that deltas gave them; None for one it lacks.

    A whole object has no gaps: where the indices have some, their order counts. ``others`` asks for
    the parts too that no delta spoke of.
    """
    if max(told, default=-1) < len(whole):
        return {index: part for index, part in enumerate(whole) if others or index in told}
    rest = iter(whole)
    return {index: next(rest, None) for index in sorted(told)}


_PARTS = frozenset({"annotations", "content", "outputs", "tool_calls"})
"""The lists whose items a delta names by their index; any other list is the whole of it."""


def _is_open(function: Mark) -> bool:
    """Whether a function awaits more arguments, so that what comes as its name is a piece of it."""
    known = function.get("arguments")
    return known.log.is_open_json() if isinstance(known, TextMark) else not known


_OF_A_PART = Rules(
    texts=frozenset({"arguments", "input", "logs", "refusal", "value"}),
    kept=frozenset({"id"}),  # some servers make up another one for every fragment
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
    """Give every fragment an index, also where the server does not, and return them.

    It is that of the part of the same id; else the last one's, if that is of the same type and the
    fragment has no id, or nothing but arguments besides it, which that one awaits; else a new one.
    """
    parts = dict(known)
    by_id = {str(part["id"]): place for place, part in parts.items() if part.get("id")}
    last = max(parts, default=-1)
    for fragment in fragments:
        id = str(fragment.get("id") or "")
        index = index_of(fragment)
        if index is None:
            # No set: a server may send anything for a type.
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
    """Whether it is a call of a function whose arguments are not whole."""
    return bool(_name(part)) and _is_open(part["function"])


def _news(fragment: Mark, part: Mark) -> dict[str, Any]:
    """What a fragment adds to a part that came whole, and that it may say once more.

    Some servers make a step with a whole tool call in it, and send the same as a delta.
    """
    return {key: _news_of(value, part.get(key)) for key, value in fragment.items()}


def _news_of(value: Any, known: Any) -> Any:
    if isinstance(value, str) and isinstance(known, TextMark):
        return value.removeprefix(resolved(known))
    if isinstance(value, dict) and isinstance(known, Mapping):
        return _news(cast("Mark", value), cast("Mark", known))
    if isinstance(value, list) and isinstance(known, IndexedMark):
        items = [cast("Mark", item) for item in cast("list[Any]", value) if isinstance(item, dict)]
        # Here an item that says no index is said again in its place.
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
