"""The marble diagrams of docstrings are read and drawn as they stand there."""

from __future__ import annotations

import inspect
from xml.etree import ElementTree as ET

import pytest

from docs._extensions.marble import Diagram, End, Mark, Timeline, diagrams, read
from docs._extensions.picture import picture
from streamkit import operators

SVG = "{http://www.w3.org/2000/svg}"
SHOWN = {
    f"{name}-{number}": diagram
    for name in operators.__all__
    for number, diagram in enumerate(diagrams(inspect.getdoc(getattr(operators, name)) or ""))
}


def timelines(diagram: Diagram) -> list[Timeline]:
    return [each for line in (*diagram.before, *diagram.after) for each in line]


def test_a_diagram_is_read_by_its_columns() -> None:
    diagram = read("""
        --a--(b,c("x","y"),|)
        [  operator(1)  ]
        --A--#           --B--
             ^c--|
          k: d-(e|)
    """)
    assert diagram.operator == "operator(1)"
    assert diagram.before == [
        [
            Timeline(
                0,
                21,
                "",
                [Mark(2, "a"), Mark(6, "b"), Mark(8, 'c("x","y")')],
                [(5, 21)],
                End(19, "|"),
                None,
            )
        ]
    ]
    assert diagram.after == [
        [
            Timeline(0, 6, "", [Mark(2, "A")], [], End(5, "#"), None),
            Timeline(17, 22, "", [Mark(19, "B")], [], None, None),
        ],
        [Timeline(6, 10, "", [Mark(6, "c")], [], End(9, "|"), 5)],
        [Timeline(5, 11, "k", [Mark(5, "d"), Mark(8, "e")], [(7, 11)], End(9, "|"), None)],
    ]


@pytest.mark.parametrize(
    ("value", "marks", "end"),
    [
        ("a|", [Mark(2, "a")], End(3, "|")),
        ("a#", [Mark(2, "a")], End(3, "#")),
        ('x",|', [Mark(2, 'x"')], End(5, "|")),
        ("(a|)", [Mark(3, "a")], End(4, "|")),
        ("(=,|)", [Mark(3, "=")], End(5, "|")),
        ("[add a, add b]", [Mark(2, "[add a, add b]")], None),
    ],
)
def test_an_end_may_follow_a_value_at_once(value: str, marks: list[Mark], end: End | None) -> None:
    ((timeline,),) = read(f"--{value}\n[ f ]\n--").before
    assert (timeline.marks, timeline.end) == (marks, end)


def test_a_paragraph_without_a_box_is_no_diagram() -> None:
    assert not diagrams("Emit all.\n\n    --a--|\n    --b--|\n    --c--|\n")
    with pytest.raises(ValueError, match=r"has the operator in brackets, and not '--a--\|'"):
        read("--a--|")


def test_every_operator_has_a_diagram() -> None:
    assert {each.partition("-")[0] for each in SHOWN} == {*operators.__all__}


@pytest.mark.parametrize("diagram", SHOWN.values(), ids=SHOWN)
def test_whatever_a_docstring_shows_stands_at_its_place_in_the_picture(diagram: Diagram) -> None:
    drawn = ET.fromstring(picture(diagram))  # noqa: S314 - it is ours
    texts = [(float(each.get("x", "")), each.text) for each in drawn.iter(f"{SVG}text")]
    lines = diagram.text.splitlines()
    for timeline in timelines(diagram):
        for mark in timeline.marks:
            assert any(line[mark.column :].startswith(mark.text) for line in lines)
            assert (12 + (mark.column + len(mark.text) / 2) * 9, mark.text) in texts
    title = drawn.find(f"{SVG}title")
    assert title is not None
    assert title.text == diagram.text
    # Nothing of the text is lost: but for what is drawn, only commas and spaces are left.
    left = "".join(line for line in lines if not line.strip().startswith("["))
    for _, text in sorted(texts, key=lambda each: -len(each[1] or "")):
        left = left.replace(text or "", "", 1)
    assert not {*left} - {*"-|#(), ^:"}


def test_the_picture_has_the_ends_and_the_groups() -> None:
    diagram = read("--(a,b)--|\n[ f ]\n--A--#")
    drawn = ET.fromstring(picture(diagram))  # noqa: S314 - it is ours
    kinds = [each.get("class") for each in drawn.iter()]
    assert [kinds.count(kind) for kind in ("end", "error", "group", "arrow")] == [1, 1, 1, 0]
