"""The log of a streamed completion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from msgspec import UNSET, Struct
from msgspec.structs import replace

from streamkit._core.copying import copied
from streamkit._core.merge import EMPTY, merged, resolved
from streamkit.errors import LimitExceededError
from streamkit.families.chat.log.choice import ChoiceLog, ChoiceUpdate
from streamkit.families.chat.log.rules import REPORTS
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import CompletionUsage, ParsedChatCompletion, construct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamkit._core.late_template import LateFill
    from streamkit._core.reading import Reading
    from streamkit.families.chat.log.tool_call import ToolCallLog
    from streamkit.types import ChatCompletionChunk, Choice, ChunkChoice

__all__ = ["CompletionLog", "Heading", "usage_of"]


class Heading(Struct, frozen=True, gc=False):
    """The fields of a completion besides its choices; the last value of each field wins.

    Null, an empty text, and a time or usage of 0 do not count as values.
    """

    id: str = ""
    created: int = 0
    model: str = ""
    service_tier: str | None = None
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None
    extra: Mapping[str, Any] = EMPTY


class CompletionLog:
    """The append-only log of a completion, readable as of any moment.

    A moment is a ``heading`` and the ``latest`` updates. Choices are keyed by their index: any
    choice may come first, and gaps are allowed.
    """

    __slots__ = ("_fill", "_limits", "_places", "choices", "heading", "late", "latest", "said")

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self._limits = limits
        self._places: dict[int, int] = {}  # in `latest`, by index
        self.choices: dict[int, ChoiceLog] = {}
        self.heading = Heading()
        self.said: tuple[object, ...] = ()
        """The fields of the last chunk besides its choices; the same object while they repeat."""
        self.latest: tuple[ChoiceUpdate, ...] = ()
        """The last update of each choice, in the order of their indices.

        While pieces are added to the content of an only choice, and nothing else, its update stays.
        """
        self.late: bytes | None = None
        """The frame of the last chunk, if only its piece was taken; decoded when it is needed."""
        self._fill: LateFill[ChatCompletionChunk] | None = None  # decodes that frame

    def __getstate__(self) -> tuple[None, dict[str, Any]]:
        """Return the state with the values of the last chunk: what decodes these has no pickle."""
        heading, latest = self._after_late() or (self.heading, self.latest)
        state = {name: getattr(self, name) for name in self.__slots__}
        return None, {**state, "heading": heading, "latest": latest, "late": None, "_fill": None}

    def append(self, chunk: ChatCompletionChunk) -> tuple[ChoiceUpdate, ...]:
        """Append a chunk and return its additions to each of its choices."""
        # A hot path: a chunk nearly always has one choice and the same fields as the last one.
        if self.late is not None:
            self._take_late()
        said = _said(chunk)
        if said != self.said or chunk.unknown_fields is not UNSET:
            usage = copied(chunk.usage)
            self.said = said if usage is None else (*said[:-1], usage)
            self.heading = _continued(self.heading, chunk, usage, self._limits)
        parts = chunk.choices
        if not parts:
            self._catch_up()
            return ()
        choices = self.choices
        if len(parts) == len(choices) == 1 and (choice := choices.get(parts[0].index)):
            updates = (choice.append(parts[0]),)
            self.latest = updates
            return updates
        return self._append(parts)

    def begin_late(self, fill: LateFill[ChatCompletionChunk]) -> tuple[object, ...]:
        """Return ``said`` as it stays until the frames in ``late`` are no longer this function's.

        Each chunk of one is, but for its piece, a chunk of values that replace the last ones.
        """
        self._fill = fill
        self.said = said = (*self.said, None)[:-1]  # another object
        return said

    def heading_after(self, heading: Heading, chunk: ChatCompletionChunk) -> Heading:
        """Return the heading after a chunk that no reader has."""
        return _continued(heading, chunk, chunk.usage, self._limits)

    def append_content(self, choice: ChoiceLog, piece: str) -> tuple[ChoiceUpdate, ...]:
        """Append a piece of the content of one of several choices, as ``append`` does a chunk."""
        return self._replaced(choice.append_content(piece))

    def append_arguments(
        self, choice: ChoiceLog, call: ToolCallLog, piece: str
    ) -> tuple[ChoiceUpdate, ...]:
        """Append a piece of a call's arguments, as ``append`` does a chunk."""
        return self.update(choice.append_arguments(call, piece))

    def update(self, update: ChoiceUpdate) -> tuple[ChoiceUpdate, ...]:
        """Make what was appended to a choice its last update, as ``append`` does a chunk's."""
        if len(self.latest) > 1:
            return self._replaced(update)
        self.latest = updates = (update,)
        return updates

    def _replaced(self, update: ChoiceUpdate) -> tuple[ChoiceUpdate, ...]:
        place, latest = self._places[update.index], self.latest
        self.latest = (*latest[:place], update, *latest[place + 1 :])
        return (update,)

    def now(self, reader: Reading, *, final: bool = False) -> ParsedChatCompletion[Any]:
        """Return the completion so far, parsed as a whole when ``final``."""
        self._catch_up()
        return self.build(self.heading, self.latest, reader, final=final)

    def build(
        self,
        heading: Heading,
        choices: Iterable[ChoiceUpdate],
        reader: Reading,
        *,
        final: bool = False,
    ) -> ParsedChatCompletion[Any]:
        """Return the wire type of the completion as of a moment.

        Contents and arguments are parsed as whole values when ``final``, else as far as they go.
        """
        built = [choice.choice.build(choice, reader, final=final) for choice in choices]
        completion: ParsedChatCompletion[Any] = ParsedChatCompletion(
            id=heading.id,
            created=heading.created,
            model=heading.model,
            service_tier=heading.service_tier,
            system_fingerprint=heading.system_fingerprint,
            usage=usage_of(copied(heading.usage), built),
            choices=built,
        )
        if heading.extra:
            completion.add_unknown(resolved(heading.extra))
        return completion

    def _catch_up(self) -> None:
        """Take note of what was added to the only choice without an update."""
        if self.late is not None:
            self._take_late()
        if len(self.latest) == 1:
            (last,) = self.latest
            end = last.choice.content.length
            if end != last.content_end:
                self.latest = (last.with_content(None, end),)

    def _take_late(self) -> None:
        """Take the values of the last chunk of which only the piece was taken."""
        chunk, self.late = self._late_chunk(), None
        if chunk is None:
            return
        self.said = _said(chunk)
        self.heading = self.heading_after(self.heading, chunk)
        (part,), (last,) = chunk.choices or [], self.latest
        self.latest = (replace(last, mark=last.choice.replace_values(part)),)

    def _after_late(self) -> tuple[Heading, tuple[ChoiceUpdate, ...]] | None:
        """Return the heading and the only update with those values; None if they were taken."""
        chunk = self._late_chunk()
        if chunk is None:
            return None
        (part,), (last,) = chunk.choices or [], self.latest
        mark = last.choice.mark_after(last.mark, part)
        return self.heading_after(self.heading, chunk), (replace(last, mark=mark),)

    def _late_chunk(self) -> ChatCompletionChunk | None:
        """Return the last chunk without its piece, if only that was taken."""
        late, fill = self.late, self._fill
        return None if late is None or fill is None else fill("", late)

    def _append(self, parts: list[ChunkChoice]) -> tuple[ChoiceUpdate, ...]:
        self._catch_up()
        updates = tuple([self._choice(part.index).append(part) for part in parts])
        if len(self.choices) > len(self.latest):
            by_index = {update.index: update for update in (*self.latest, *updates)}
            self.latest = tuple([by_index[index] for index in sorted(by_index)])
            self._places = {update.index: place for place, update in enumerate(self.latest)}
        else:
            latest = list(self.latest)
            for update in updates:
                latest[self._places[update.index]] = update
            self.latest = tuple(latest)
        return updates

    def _choice(self, index: int) -> ChoiceLog:
        choice = self.choices.get(index)
        if choice is None:
            if len(self.choices) >= self._limits.choices:
                raise LimitExceededError(
                    "choices", self._limits.choices, f"the server sent a choice {index}"
                )
            choice = self.choices[index] = ChoiceLog(index, self._limits)
        return choice


def usage_of(
    usage: CompletionUsage | None, choices: Sequence[Choice | ChunkChoice]
) -> CompletionUsage | None:
    """Return the usage of a completion or, if empty, that of the last choice that has one."""
    if usage is not None and _says_something(usage):
        return usage
    for choice in reversed(choices):
        fields = choice.model_extra.get("usage") if choice.unknown_fields is not UNSET else None
        if isinstance(fields, dict) and CompletionUsage.normalized(cast("dict[str, Any]", fields)):
            return construct(CompletionUsage, cast("dict[str, Any]", fields))
    return usage


def _said(chunk: ChatCompletionChunk) -> tuple[object, ...]:
    return (
        chunk.id,
        chunk.created,
        chunk.model,
        chunk.system_fingerprint,
        chunk.service_tier,
        chunk.usage,
    )


def _continued(
    heading: Heading, chunk: ChatCompletionChunk, usage: CompletionUsage | None, limits: Limits
) -> Heading:
    extra = heading.extra
    if chunk.unknown_fields is not UNSET:
        extra = merged(extra, chunk.unknown_fields, REPORTS, limits)
    return Heading(
        chunk.id or heading.id,
        chunk.created or heading.created,
        chunk.model or heading.model,
        chunk.service_tier or heading.service_tier,
        chunk.system_fingerprint or heading.system_fingerprint,
        _newer(heading.usage, usage),
        extra,
    )


def _newer(old: CompletionUsage | None, new: CompletionUsage | None) -> CompletionUsage | None:
    return new if new is not None and (old is None or _says_something(new)) else old


def _says_something(usage: CompletionUsage) -> bool:
    return bool(
        usage.total_tokens
        or usage.prompt_tokens
        or usage.completion_tokens
        or usage.unknown_fields is not UNSET
    )
