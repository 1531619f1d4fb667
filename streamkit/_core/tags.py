"""The machine that separates thoughts between tags from a text."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["TagSplitter", "ThinkTags"]


class ThinkTags(Struct, frozen=True, kw_only=True):
    """The tags around a thought, and the places where one may begin.

    By default a thought begins only at the start of the content, white space aside: further on the
    model only mentions such a tag, for example in the strings of JSON.
    """

    open: str = "<think>"
    close: str = "</think>"
    opened: bool = False
    """Whether the prompt has opened the thought, as chat templates of DeepSeek do.

    Then all text until ``close`` is thought. If the model writes ``open`` all the same, at the
    start of the content, it is dropped.
    """
    anywhere: bool = False
    """Whether more thoughts may follow the first, and the first some content."""

    def __post_init__(self) -> None:
        for tag in (self.open, self.close):
            if not tag or tag != tag.strip():
                raise ValueError(f"a tag begins and ends with something to see, unlike {tag!r}")


class TagSplitter:
    """A machine that separates one text into thoughts and answer, wherever the text is cut."""

    def __init__(self, tags: ThinkTags) -> None:
        self.finished = False
        """Whether a finish reason came; some servers send it with every chunk."""
        self._tags = tags
        self._begun = False
        """Whether more has come than white space and a possible first tag."""
        self._thinking = tags.opened
        self._is_bare = tags.opened
        """Whether only tags and white space have come outside of thoughts."""
        self._blank: list[str] = []
        self._held = ""

    def split(self, piece: str) -> tuple[str, str]:
        """Return the thought and the answer in the held text and a piece."""
        if self._begun and not (self._thinking or self._is_bare or self._tags.anywhere):
            return "", piece
        text, self._held = self._held + piece, ""
        if not self._begun:
            text = self._begin(text)
        thought: list[str] = []
        answer: list[str] = []
        start = 0
        while start < len(text):
            if self._thinking:
                part, start = self._until(self._tags.close, text, start)
                thought.append(part)
            elif self._is_bare and text[start].isspace():
                start += 1
            elif self._tags.anywhere:
                part, start = self._until(self._tags.open, text, start)
                answer.append(part)
                self._is_bare = self._is_bare and not part
            else:
                answer.append(text[start:])
                self._is_bare = False
                break
        return "".join(thought), "".join(answer)

    def rest(self) -> tuple[str, str]:
        """Return the thought and the answer in the held text at the end."""
        text, self._held = "".join(self._blank) + self._held, ""
        self._blank.clear()
        return (text, "") if self._thinking else ("", text)

    def _begin(self, text: str) -> str:
        """Return the text without a tag at its beginning; nothing while that may still be one."""
        tag, begin = self._tags.open, text.lstrip()
        # In pieces, because a server may send much white space, a little at a time.
        self._blank.append(text[: len(text) - len(begin)])
        if begin.startswith(tag):
            self._blank.clear()
            self._begun = self._thinking = self._is_bare = True
            return begin[len(tag) :]
        if tag.startswith(begin):
            self._held = begin
            return ""
        text = "".join((*self._blank, begin))
        self._blank.clear()
        self._begun = True
        return text

    def _until(self, tag: str, text: str, start: int) -> tuple[str, int]:
        """Return the text before the tag, and the tag's end; the beginning of a tag is held."""
        found = text.find(tag, start)
        if found >= 0:
            self._thinking = not self._thinking
            return text[start:found], found + len(tag)
        longest = min(len(tag) - 1, len(text) - start)
        begun = next((size for size in range(longest, 0, -1) if text.endswith(tag[:size])), 0)
        end = len(text) - begun
        self._held = text[end:]
        return text[start:end], len(text)
