"""The escaping of untrusted text for a terminal, or for another place where it is shown."""

# Strategy: one set of characters holds those that a terminal obeys (controls, with C1) and those
# that it hides or that change the order of the text (zero-width, bidi, separators, fillers, tags).
# Unicode has pictures for the C0 controls; the others are shown by their numbers.

from __future__ import annotations

import json
import re

__all__ = ["visible", "visible_json", "visible_line"]


def visible(text: str, *, after: str = "") -> str:
    """Return ``text`` with visible signs for control and hidden characters; line ends stay.

    ``after`` is the text written before, because a joiner belongs to the letter or emoji that it
    follows.
    """
    if after:
        return visible(after[-1] + text)[len(visible(after[-1])) :]
    return _HIDDEN.sub(_picture, text.replace("\r\n", "\n"))


def visible_line(text: str) -> str:
    """Return ``visible(text)`` in one line: line ends become signs too."""
    return visible(text).replace("\n", "␊")


def visible_json(text: str) -> str:
    """Return JSON of the same value with control and hidden characters escaped."""
    return _HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    match code:
        case 0x09:
            return "    "
        case 0x7F:
            return "␡"
        case _ if code < 0x20:
            return chr(0x2400 + code)
        case _:
            return f"<U+{code:04X}>"


_HIDDEN = re.compile(
    "["
    r"\x00-\x09\x0b-\x1f\x7f-\x9f"
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    r"\u2800\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
    "]"
    # Joiners combine emoji, and shape words in many scripts; anywhere else they can hide text.
    r"|(?:(?<=[\u034f\u061c\u17b4\u17b5\u180e])|(?<![\u0300-\u115e\u1161-\u1fff\u2190-\u27ff\u2900-\u3163\u3165-\ud7ff\ue000-\ufdff\ufe0f"
    r"\ufe70-\ufefc\U00010000-\U0001bc9f\U0001e000-\U0001faff]))[\u200c\u200d]"
)
