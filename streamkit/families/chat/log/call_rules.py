"""The rules by which a fragment continues the call that was found for it, or begins another.

Some streams are ambiguous: another id for the same function on the same index, before the arguments
are whole, may belong to the fragment alone, or to another call that takes turns with the first. The
rules assume the former until an id comes back.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from streamkit.families.chat.log.tool_call import ToolCallLog, body_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from streamkit._core.calls import CallUpdate
    from streamkit.types import ChoiceDeltaToolCall

    Rule: TypeAlias = "Callable[[ToolCallLog, ChoiceDeltaToolCall], Verdict]"

__all__ = ["Verdict", "begins", "name_of", "piece_of", "verdict_on"]


class Verdict(Enum):
    """The relation of a fragment to the call that the first table found."""

    SAME = "a piece of it"
    ANOTHER = "the beginning of another call"
    HEAD = "the head of another call, if arguments follow, and nothing if not"


def same(_call: ToolCallLog, _fragment: ChoiceDeltaToolCall) -> Verdict:
    """Assign the fragment to the call, whatever else it has."""
    return Verdict.SAME


def another(_call: ToolCallLog, _fragment: ChoiceDeltaToolCall) -> Verdict:
    """Begin another call with the fragment."""
    return Verdict.ANOTHER


def if_begins(_call: ToolCallLog, fragment: ChoiceDeltaToolCall) -> Verdict:
    """Begin another call if the fragment's piece begins arguments."""
    return Verdict.ANOTHER if begins(fragment) else Verdict.SAME


def by_piece(call: ToolCallLog, fragment: ChoiceDeltaToolCall) -> Verdict:
    """Decide as ``if_begins``, but a fragment without a piece is a head, or an empty last one."""
    return Verdict.HEAD if _is_bare(fragment) else if_begins(call, fragment)


def by_id(call: ToolCallLog, fragment: ChoiceDeltaToolCall) -> Verdict:
    """Begin another call if the call's id has come back, that is, ids belong to calls."""
    if call.id_came_back:
        return Verdict.ANOTHER
    is_head = not call.arguments.length and _is_bare(fragment)
    return Verdict.HEAD if is_head else Verdict.SAME


_RULES: Mapping[tuple[str, str], tuple[Rule, Rule, Rule]] = {
    # The fragment has                 The call's arguments: open   closed    no JSON
    ("its id or none", "no name"): (same, same, same),
    ("its id or none", "its name"): (same, by_piece, same),
    ("its id or none", "another name"): (same, another, if_begins),
    ("another id", "no name"): (same, by_piece, same),
    ("another id", "its name"): (by_id, by_piece, another),
    ("another id", "another name"): (another, another, another),
}
"""The rules by the fragment's id and name, and by the state of the call's arguments.

Arguments are open before they begin and until their JSON is closed; the input of a custom tool is
no JSON. Another name for a call with open arguments is a piece of its name.
"""


def verdict_on(
    call: ToolCallLog,
    fragment: ChoiceDeltaToolCall,
    before: Sequence[CallUpdate[ToolCallLog]],
) -> Verdict:
    """Return the relation of a fragment with an id or a name to the call found for it."""
    name = name_of(fragment)
    has_other_id = bool(fragment.id and call.id and fragment.id != call.id)
    has_other_name = bool(name and call.name and name != call.name)
    if not (has_other_id or has_other_name or begins(fragment) or _is_bare(fragment)):
        return Verdict.SAME  # the same in every column; some servers repeat all fields
    is_head = has_other_name or bool(name and call.name and _is_bare(fragment))
    if (
        is_head
        and not (fragment.id or call.id or call.arguments.length)
        and any(update.call is call for update in before)
    ):
        return Verdict.ANOTHER  # no server splits a head in a delta: two heads are two calls
    said = "another name" if has_other_name else "its name" if name and call.name else "no name"
    rules = _RULES["another id" if has_other_id else "its id or none", said]
    return rules[_column(call)](call, fragment)


def _column(call: ToolCallLog) -> int:
    """Return the column of the rules for the state of the call's arguments."""
    if call.is_open():
        return 0
    return 1 if call.type != "custom" and call.is_whole() else 2


def name_of(fragment: ChoiceDeltaToolCall) -> str:
    """Return the name in a fragment, or an empty text."""
    body = body_of(fragment)
    return (body.name or "") if body is not None else ""


def piece_of(fragment: ChoiceDeltaToolCall) -> str:
    """Return the piece of arguments without surrounding space, which may belong to any call."""
    return text_of(body_of(fragment)).strip()


def begins(fragment: ChoiceDeltaToolCall) -> bool:
    """Return whether the piece begins arguments: a JSON value, or a custom tool's input."""
    piece = piece_of(fragment)
    return bool(piece) and (piece[0] in '{["' or fragment.custom is not None)


def _is_bare(fragment: ChoiceDeltaToolCall) -> bool:
    """Return whether a fragment has nothing but an index, an id, a type and a name."""
    body = body_of(fragment)
    if body is None:
        return not fragment.unknown_fields
    return not (text_of(body) or fragment.unknown_fields or body.unknown_fields)
