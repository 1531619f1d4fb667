"""The errors of msgspec about a request for a message, in the words of Anthropic's API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from streamkit.server.api_error import ApiError
from streamkit.server.messages.request import SUPPORTED

if TYPE_CHECKING:
    from msgspec import ValidationError


def complaint(error: ValidationError) -> ApiError:
    """Return the API's error for the first fault that msgspec found."""
    text, _, path = str(error).partition(" - at `$")
    place = re.sub(r"\[([^\]]*)\]", r".\1", path.rstrip("`")).removeprefix(".")
    for pattern, words in _FINDINGS:
        if found := re.fullmatch(pattern, text):
            names = [_KINDS.get(name, name) for name in found.groups()]
            return refused(place, words.format(*names))
    for pattern, words in _FIELDS:
        if found := re.fullmatch(pattern, text):
            return refused(f"{place}.{found[1]}".removeprefix("."), words)
    if found := re.fullmatch(r"Invalid (?:enum )?value '(.*)'", text):
        return _not_supported(place, found[1])
    return refused(place, text)


def refused(place: str, words: str) -> ApiError:
    """Return the API's error for the value at a place such as ``messages.0.role``."""
    return ApiError(f"{place}: {words}" if place else words)


def _not_supported(place: str, value: str) -> ApiError:
    known = [f"'{name}'" for name in SUPPORTED.get(re.sub(r"\.\d+", "", place), ())]
    if len(known) < 2:
        return refused(place, f"Input should be {''.join(known) or 'another value'}")
    if place.endswith(".type"):
        return refused(
            place.removesuffix(".type"),
            f"Input tag '{value}' found using 'type' does not match any of the expected tags: "
            + ", ".join(known),
        )
    return refused(place, f"Input should be {', '.join(known[:-1])} or {known[-1]}")


_FINDINGS = (
    (r"Expected `(\w+)(?: \| null)?`, got .*", "Input should be {0}"),
    (r"Expected `(\w+) \| (\w+)(?: \| null)?`, got .*", "Input should be {0} or {1}"),
    (r"Expected `(?:int|float)` >= (\S+?)(?:\.0)?", "Input should be greater than or equal to {0}"),
    (r"Expected `(?:int|float)` <= (\S+?)(?:\.0)?", "Input should be less than or equal to {0}"),
    (r"Expected `str` matching regex '(.*)'", "String should match pattern '{0}'"),
)
_FIELDS = (
    (r"Object missing required field `([^`]*)`", "Field required"),
    (r"Object contains unknown field `([^`]*)`", "Extra inputs are not permitted"),
)
_KINDS = {
    "array": "a valid list",
    "bool": "a valid boolean",
    "float": "a valid number",
    "int": "a valid integer",
    "object": "a valid dictionary",
    "str": "a valid string",
}
