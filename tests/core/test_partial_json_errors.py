"""Text that cannot become JSON is an error at the letter from which it cannot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given

from tests.core.json_texts import NOISE, SIZES, fed, loads, nearly_documents, pieces

if TYPE_CHECKING:
    from typing import TypeAlias

    JSON: TypeAlias = bool | float | str | list["JSON"] | dict[str, "JSON"] | None

pytestmark = pytest.mark.diagonal


def can_become_json(text: str) -> bool:
    """Return whether some text after ``text`` completes it to a JSON document."""
    outside = re.sub(r'"(?:[^"\\]|\\.)*("|\\?\Z)', "", text, flags=re.DOTALL)
    while (fewer := re.sub(r"\[[^\[\]{}]*\]|\{[^\[\]{}]*\}", "", outside)) != outside:
        outside = fewer
    closing = "".join("]" if mark == "[" else "}" for mark in re.findall(r"[\[{]", outside)[::-1])
    rests = ["", '"', 'n"', *(f'{"u0000"[start:]}"' for start in range(5)), "0", '"":0']
    rests += [word[start:] for word in ("true", "false", "null") for start in range(1, len(word))]
    return any(loads(text + rest + more + closing) for rest in rests for more in ("", "0", ":0"))


INVALID: list[tuple[str, int, str, Any]] = [
    ("\ufeff{}", 0, "expected a value", None),
    ("nothing", 1, "invalid number or literal", None),
    ("NaN", 0, "expected a value", None),
    ("[Infinity", 1, "expected a value", []),
    ("[-Infinity", 2, "invalid number or literal", []),
    ("```json", 0, "expected a value", None),
    ("'a'", 0, "expected a value", None),
    ("[1,]", 3, "expected a value", [1]),
    ("[,", 1, "expected a value", []),
    ("[1 2", 3, "expected ',' or ']'", [1]),
    ('["a" "b"', 5, "expected ',' or ']'", ["a"]),
    ("[1}", 2, "expected ',' or ']'", []),
    ("[[]}", 3, "expected ',' or ']'", [[]]),
    ("{a", 1, "expected a key or '}'", {}),
    ("{1", 1, "expected a key or '}'", {}),
    ("{,", 1, "expected a key or '}'", {}),
    ('{"a":1,}', 7, "expected a key", {"a": 1}),
    ('{"a" 1', 5, "expected ':'", {}),
    ('{"a"}', 4, "expected ':'", {}),
    ('{"a":}', 5, "expected a value", {}),
    ('{"a":1 "b"', 7, "expected ',' or '}'", {"a": 1}),
    ('{"a":"b"]', 8, "expected ',' or '}'", {"a": "b"}),
    ('{"a":1]', 6, "expected ',' or '}'", {}),
    ("[01", 2, "expected ',' or ']'", []),
    ('{"a":-01', 7, "expected ',' or '}'", {}),
    ("[+1", 1, "expected a value", []),
    ("[.5", 1, "expected a value", []),
    ("[-]", 2, "invalid number or literal", []),
    ("[1.]", 3, "invalid number or literal", []),
    ("[1.e5", 3, "invalid number or literal", []),
    ("[1e]", 3, "invalid number or literal", []),
    ("[1e+]", 4, "invalid number or literal", []),
    ("[0x1F", 2, "expected ',' or ']'", []),
    ("[1٢", 2, "expected ',' or ']'", []),
    ("1x", 1, "expected nothing more", None),
    ("truex", 4, "expected nothing more", None),
    ("[truex", 5, "expected ',' or ']'", []),
    ("[nul]", 4, "invalid number or literal", []),
    ('["a\nb"', 3, "control character in a string", ["a"]),
    ('["a\x00', 3, "control character in a string", ["a"]),
    (r'["a\x', 4, "invalid escape", ["a"]),
    (r'["a\u12G4', 7, "invalid escape", ["a"]),
    ('["a\\\n', 4, "invalid escape", ["a"]),
    ('["a\\u"', 5, "invalid escape", ["a"]),
    ('["\\ud83d\n', 8, "control character in a string", [""]),
    (r'["\ud83d\x', 9, "invalid escape", [""]),
    ('{"a\tb":1', 3, "control character in a string", {}),
    ("{} x", 3, "expected nothing more", {}),
    ("{}{}", 2, "expected nothing more", {}),
    ("[\u00a01]", 1, "expected a value", []),
    ("[1,\x0c2]", 3, "expected a value", [1]),
]


@pytest.mark.parametrize(("text", "position", "error", "shown"), INVALID)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_invalid_text_is_reported_where_it_begins(
    text: str, position: int, error: str, shown: Any, size: int
) -> None:
    parser = fed(*pieces(text, [size]))
    assert (parser.error_position, parser.error) == (position, error)
    assert parser.position == position
    assert parser.view() == shown


@pytest.mark.parametrize(("text", "position", "error", "shown"), INVALID)
def test_nothing_is_read_after_an_error(text: str, position: int, error: str, shown: Any) -> None:
    parser = fed(text, 'more"', "]", "}", " ")
    parser.close()
    assert (parser.error_position, parser.error) == (position, error)
    assert parser.position == position
    assert parser.view() == shown


def test_the_outermost_value_stays_when_other_text_follows() -> None:
    parser = fed('{"a": 1}\n\t ', "Hope this helps!")
    assert parser.complete
    assert parser.error == "expected nothing more"
    assert parser.view() == {"a": 1}


@given(NOISE | nearly_documents(), SIZES)
@example('["\\"', [1])
def test_text_is_invalid_from_where_nothing_can_make_it_json(text: str, sizes: list[int]) -> None:
    parser = fed(*pieces(text, sizes))
    assert (parser.error is None) == can_become_json(text)
    if parser.error_position is None:
        return
    good = fed(text[: parser.error_position])
    assert good.error is None
    assert good.complete == parser.complete
    assert good.view() == parser.view()
    assert fed(text[: parser.error_position + 1]).error == parser.error


@given(NOISE | nearly_documents())
def test_what_is_complete_and_valid_is_what_json_accepts(text: str) -> None:
    parser = fed(text)
    parser.close()
    assert (parser.complete and parser.error is None) == loads(text)
