"""The template of ``streamkit map`` takes fields of a line, and leaves other braces alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from streamkit.cli.mapping.template import MissingFieldError, Template

if TYPE_CHECKING:
    from pathlib import Path

LINE: dict[str, Any] = {
    "name": "Ada",
    "two words": "x",
    "a.b": "exact",
    "tags": ["p", "q"],
    "at": {"city": "Zürich", "zip": None},
    "n": 3,
}


@pytest.mark.parametrize(
    ("template", "line", "text"),
    [
        ("Hi {name}!", LINE, "Hi Ada!"),
        ("{ name }{n}", LINE, "Ada3"),
        ("{two words}", LINE, "x"),
        ("{a.b}", LINE, "exact"),
        ("{at.city}", LINE, "Zürich"),
        ("{at}", LINE, '{"city": "Zürich", "zip": null}'),
        ("{tags[1]}", LINE, "q"),
        ("{tags[*]}", LINE, '["p", "q"]'),
        ("{}", "a plain line", "a plain line"),
        ("{}", [1], "[1]"),
        ("{{name}}", LINE, "{name}"),
        ('as {"a": {"b": 1}}: {name}', LINE, 'as {"a": {"b": 1}}: Ada'),
        ("{\n}", LINE, "{\n}"),
        ("no field", 7, "no field"),
        ("{name}", {"name": "{n} {{n}}"}, "{n} {{n}}"),
    ],
)
def test_a_template_is_filled_with_the_fields_of_a_line(
    template: str, line: Any, text: str
) -> None:
    assert Template(template).fill(line) == text


@pytest.mark.parametrize(
    ("line", "has"),
    [(LINE, "'name', 'two words'"), ("text", "it is no object"), ({}, "it is no object")],
)
def test_a_field_that_a_line_lacks_is_named_with_those_it_has(line: Any, has: str) -> None:
    with pytest.raises(MissingFieldError, match="no field 'nmae'") as raised:
        Template("{nmae}").fill(line)
    assert has in str(raised.value)
    assert "{{nmae}}" in str(raised.value)


def test_a_template_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "prompt.txt"
    file.write_text("\ufeffHi {name}\n", "utf-8")
    assert Template.of(f"@{file}").fill(LINE) == "Hi Ada\n"
    assert Template.of("Hi").fill(LINE) == "Hi"
