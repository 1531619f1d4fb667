from __future__ import annotations

import copy
import json
import pickle
import re
import sys
from itertools import accumulate, cycle, pairwise
from typing import TYPE_CHECKING, Any

import jiter
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamkit._core.json.parser import (
    MAX_DEPTH,
    MAX_NUMBER_LENGTH,
    MAX_REPEATS,
    PartialArray,
    PartialJSON,
    PartialObject,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    JSON: TypeAlias = bool | float | str | list["JSON"] | dict[str, "JSON"] | None

pytestmark = pytest.mark.diagonal

# Documents as text, with every way to write a value, not only that of json.dumps.

SPACES = st.text(" \t\n\r", max_size=2)
NUMBERS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?", fullmatch=True
)
PLAIN = st.characters(min_codepoint=0x20, exclude_characters='"\\', exclude_categories=["Cs"])
ESCAPES = st.sampled_from(
    [r"\"", r"\\", r"\/", r"\b", r"\f", r"\n", r"\r", r"\t", r"\u00e9", r"\u2028", r"\uFFFF"]
)
PAIRS = st.sampled_from([r"\ud83d\ude80", r"\uD834\uDD1E"])
HALVES = st.sampled_from([r"\ud83d", r"\uDBFF", r"\ude80"])


def strings(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(parts, max_size=5).map(lambda content: f'"{"".join(content)}"')


def documents(
    texts: st.SearchStrategy[str], keys: st.SearchStrategy[str], *, unique: bool = False
) -> st.SearchStrategy[str]:
    def spaced(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.tuples(SPACES, parts, SPACES).map("".join)

    def containers(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        items = st.lists(spaced(values), max_size=4)
        pairs = st.lists(
            st.tuples(spaced(keys), spaced(values)),
            max_size=4,
            unique_by=(lambda pair: json.loads(pair[0])) if unique else None,
        )
        members = pairs.map(lambda found: [f"{key}:{value}" for key, value in found])
        return st.one_of(
            st.tuples(SPACES, items).map(lambda found: f"[{','.join(found[1]) or found[0]}]"),
            st.tuples(SPACES, members).map(lambda found: f"{{{','.join(found[1]) or found[0]}}}"),
        )

    scalars = NUMBERS | st.sampled_from(["true", "false", "null"]) | texts
    return spaced(st.recursive(scalars, containers, max_leaves=10))


STRINGS = strings(PLAIN | ESCAPES | PAIRS | HALVES)
TIDY_STRINGS = strings(PLAIN | ESCAPES | PAIRS)
FEW_KEYS = st.sampled_from(['"a"', '"b"', r'"\u0061"', '""'])
DOCUMENTS = documents(STRINGS, STRINGS | FEW_KEYS)
TIDY_DOCUMENTS = documents(TIDY_STRINGS, TIDY_STRINGS, unique=True)
SIZES = st.lists(st.integers(1, 7), min_size=1, max_size=5)

# Texts that are almost documents.
NOISE = st.text('{}[]",:\\/u0123dDeE+-.tfnrualse \n\x01é', max_size=12)


@st.composite
def nearly_documents(draw: st.DrawFn) -> str:
    text = draw(DOCUMENTS)
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(start + 2, len(text))))
    return text[:start] + draw(NOISE) + text[end:]


# The reference for the tests: a reader that starts anew for every prefix.


class Nothing:
    """The result for a value of which nothing may be shown yet."""


def known(prefix: str, *, partial_strings: bool = True) -> Any:
    value, _finished = Reference(prefix, partial_strings=partial_strings).value()
    return None if value is Nothing else value


class Reference:
    """A recursive reader of the beginning of a valid document; it ends where the text does."""

    def __init__(self, text: str, *, partial_strings: bool) -> None:
        self.text = text
        self.partial_strings = partial_strings
        self.at = 0

    def value(self) -> tuple[Any, bool]:
        """Return the known part of the value here, and whether the value is finished."""
        match self.mark():
            case "":
                return Nothing, False
            case "{":
                return self.object()
            case "[":
                return self.array()
            case '"':
                text, finished = self.string()
                return (text, finished) if finished or self.partial_strings else (Nothing, False)
            case _:
                return self.scalar()

    def object(self) -> tuple[Any, bool]:
        members: dict[str, Any] = {}
        self.at += 1
        while (mark := self.mark()) not in ("", "}"):
            if mark == ",":
                self.at += 1
                continue
            key, finished = self.string()
            if not finished or not self.mark():
                return members, False
            self.at += 1
            value, finished = self.value()
            if finished:
                members[key] = value
                continue
            if value is not Nothing:
                members.setdefault(key, value)
            return members, False
        self.at += 1
        return members, mark == "}"

    def array(self) -> tuple[Any, bool]:
        items: list[Any] = []
        self.at += 1
        while (mark := self.mark()) not in ("", "]"):
            if mark == ",":
                self.at += 1
                continue
            value, finished = self.value()
            if value is not Nothing:
                items.append(value)
            if not finished:
                return items, False
        self.at += 1
        return items, mark == "]"

    def string(self) -> tuple[str, bool]:
        whole = re.compile(r'"(?:[^"\\]|\\.)*"').match(self.text, self.at)
        if whole:
            self.at = whole.end()
            return without_halves(json.loads(whole[0])), True
        safe = re.compile(r'"(?:[^"\\]|\\[^u]|\\u[0-9A-Fa-f]{4})*').match(self.text, self.at)
        assert safe
        text = json.loads(safe[0] + '"')
        if re.search("[\ud800-\udbff]\\Z", text):
            text = text[:-1]
        self.at = len(self.text)
        return without_halves(text), False

    def scalar(self) -> tuple[Any, bool]:
        found = re.compile(r"[-+.0-9A-Za-z]+").match(self.text, self.at)
        assert found
        self.at = found.end()
        finished = self.at < len(self.text)
        return json.loads(found[0]) if finished else Nothing, finished

    def mark(self) -> str:
        while self.text[self.at : self.at + 1] in {" ", "\t", "\n", "\r"}:
            self.at += 1
        return self.text[self.at : self.at + 1]


def without_halves(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def load(text: str) -> Any:
    """Return the result of json.loads without its known extensions of JSON."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    def tidy(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        return {without_halves(key): tidy_value(value) for key, value in pairs}

    def tidy_value(value: JSON) -> JSON:
        if isinstance(value, str):
            return without_halves(value)
        return [tidy_value(item) for item in value] if isinstance(value, list) else value

    return tidy_value(json.loads(text, parse_constant=refuse, object_pairs_hook=tidy))


def can_become_json(text: str) -> bool:
    """Return whether some text after ``text`` completes it to a JSON document."""
    outside = re.sub(r'"(?:[^"\\]|\\.)*("|\\?\Z)', "", text, flags=re.DOTALL)
    while (fewer := re.sub(r"\[[^\[\]{}]*\]|\{[^\[\]{}]*\}", "", outside)) != outside:
        outside = fewer
    closing = "".join("]" if mark == "[" else "}" for mark in re.findall(r"[\[{]", outside)[::-1])
    rests = ["", '"', 'n"', *(f'{"u0000"[start:]}"' for start in range(5)), "0", '"":0']
    rests += [word[start:] for word in ("true", "false", "null") for start in range(1, len(word))]
    return any(loads(text + rest + more + closing) for rest in rests for more in ("", "0", ":0"))


def loads(text: str) -> bool:
    try:
        load(text)
    except ValueError:
        return False
    return True


def pieces(text: str, sizes: list[int]) -> Iterator[str]:
    ends = accumulate(cycle(sizes), initial=0)
    for start, end in pairwise(ends):
        if start >= len(text):
            return
        yield text[start:end]


def fed(*texts: str, **limits: int) -> PartialJSON:
    parser = PartialJSON(**limits)
    for text in texts:
        parser.feed(text)
    return parser


# The visible values, and the time at which they become visible.


@given(DOCUMENTS)
def test_every_prefix_shows_what_is_known_of_it_and_goes_on_doing_so(text: str) -> None:
    parser = PartialJSON()
    views = [parser.view()]
    for letter in text:
        parser.feed(letter)
        views.append(parser.view())
    assert parser.error is None
    for length, view in enumerate(views):
        assert view == known(text[:length])


@given(DOCUMENTS, SIZES)
@example(r'["\ud83d\ude80"]', [4])
@example('{"a": 1, "a": {"b": 2}, "c": 3}', [3])
@example('{"a": [1], "b": [2], "a": [3], "b": [4]} ', [5])
def test_the_cuts_make_no_difference(text: str, sizes: list[int]) -> None:
    parser = PartialJSON()
    for piece in pieces(text, sizes):
        parser.feed(piece)
        so_far = text[: parser.position]
        assert so_far.endswith(piece)
        view, value = parser.view(), known(so_far)
        if isinstance(view, PartialObject):
            assert {name: view[name] for name in value} == value
        assert view == value
        assert parser.view(partial_strings=False) == known(so_far, partial_strings=False)


@given(DOCUMENTS, SIZES)
def test_a_whole_document_is_what_json_loads(text: str, sizes: list[int]) -> None:
    parser = fed(*pieces(text, sizes))
    parser.close()
    value = parser.view()
    assert parser.complete
    assert parser.error is None
    assert parser.position == len(text)
    assert json.dumps(plain(value)) == json.dumps(load(text))


@given(TIDY_DOCUMENTS)
def test_a_whole_document_is_what_jiter_loads(text: str) -> None:
    parser = fed(text)
    parser.close()
    assert parser.view() == jiter.from_json(text.encode(), partial_mode="trailing-strings")


@given(TIDY_DOCUMENTS, st.booleans())
def test_what_is_shown_only_grows(text: str, partial_strings: bool) -> None:
    parser = PartialJSON()
    views: list[Any] = []
    for letter in text:
        parser.feed(letter)
        views.append(plain(parser.view(partial_strings=partial_strings)))
    parser.close()
    assert all(grows(older, newer) for older, newer in pairwise([*views, parser.view()]))


def grows(older: JSON, newer: JSON) -> bool:
    """Return whether ``newer`` contains all of ``older``, and only adds at its end."""
    match older, newer:
        case None, _:
            return True
        case str(), str():
            return newer.startswith(older)
        case dict(), dict():
            names = list(newer)[: len(older)] == list(older)
            return names and all_grow(list(older.values()), list(newer.values()))
        case list(), list():
            return all_grow(older, newer)
        case _:
            return type(older) is type(newer) and older == newer


def all_grow(older: list[JSON], newer: list[JSON]) -> bool:
    if not older:
        return True
    *finished, last = older
    return (
        len(older) <= len(newer)
        and finished == newer[: len(finished)]
        and grows(last, newer[len(finished)])
    )


def plain(view: Any) -> Any:
    if isinstance(view, PartialObject):
        return view.to_dict()
    return view.to_list() if isinstance(view, PartialArray) else view


@pytest.mark.parametrize(
    ("older", "newer"),
    [({"a": 1}, {}), ([1], [12]), ("a", "b"), ([[1], 2], [[1, 3], 2]), ([], {}), ([1], ["1"])],
)
def test_the_check_for_growth_sees_what_does_not_grow(older: Any, newer: Any) -> None:
    assert not grows(older, newer)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", None),
        (" \n", None),
        ("12", None),
        ("12 ", 12),
        ("tru", None),
        ("true", None),
        ("true\n", True),
        ('"', ""),
        ('"he', "he"),
        ("{", {}),
        ('{"a', {}),
        ('{"a"', {}),
        ('{"a":', {}),
        ('{"a":{', {"a": {}}),
        ('{"a":[', {"a": []}),
        ('{"a":"', {"a": ""}),
        ('{"a":"he', {"a": "he"}),
        ('{"a":"he\\', {"a": "he"}),
        ('{"a":"he\\u00e', {"a": "he"}),
        ('{"a":"he\\u00e9', {"a": "heé"}),
        (r'["\ud83d', [""]),
        (r'["\ud83d\ude8', [""]),
        (r'["\ud83d\ude80', ["🚀"]),
        (r'["\ud83d!', ["\ufffd!"]),
        (r'["\ud83d\n', ["\ufffd\n"]),
        (r'["\ud83d\ud83d\ude80', ["\ufffd🚀"]),
        (r'["\ud83d"', ["\ufffd"]),
        (r'["\ude80', ["\ufffd"]),
        ('{"a":1', {}),
        ('{"a":12.', {}),
        ('{"a":12.5,', {"a": 12.5}),
        ('{"a":-0}', {"a": 0}),
        ("[1,2", [1]),
        ("[1,2 ", [1, 2]),
        ("[1e2]", [100.0]),
        ("[null,false", [None]),
        ('{"a":1,"a":', {"a": 1}),
        ('{"a":1,"a":"he', {"a": 1}),
        ('{"a":1,"a":[2', {"a": 1}),
        ('{"a":1,"a":[2]', {"a": [2]}),
        ('{"a":1,"b":2,"a":3,"a":4,"c":"', {"a": 4, "b": 2, "c": ""}),
        ('[{"a":1,"a":2},{"a":3', [{"a": 2}, {}]),
        ('{"a":1,"a":2,"b":{"c":3', {"a": 2, "b": {}}),
        ('{"a":1,"a":2,"b":{"c":3}', {"a": 2, "b": {"c": 3}}),
    ],
)
def test_what_is_shown_of_the_beginning(text: str, shown: Any) -> None:
    for parser in (fed(text), fed(*text)):
        view = parser.view()
        assert view == shown
        assert type(plain(view)) is type(shown)
        assert parser.error is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('"he', None),
        ('"he"', "he"),
        ('["he', []),
        ('{"a":1,"b":"he', {"a": 1}),
        ('{"a":1,"b":"he"', {"a": 1, "b": "he"}),
        ('{"a":["x","y', {"a": ["x"]}),
        ('{"a":{"b', {"a": {}}),
    ],
)
def test_strings_can_wait_for_their_closing_quote(text: str, shown: Any) -> None:
    assert fed(text).view(partial_strings=False) == shown


@pytest.mark.parametrize("text", ['{"a": 1}', "[1]"])
def test_the_outermost_value_is_a_view_also_when_it_is_complete(text: str) -> None:
    parser = fed(text[:-1])
    assert not parser.view().is_complete
    parser.feed(text[-1])
    whole = parser.view()
    assert isinstance(whole, (PartialObject, PartialArray))
    for view in (whole, copy.copy(whole), pickle.loads(pickle.dumps(whole))):
        assert view.is_complete
        assert view.is_complete("$")
        assert view == json.loads(text)


def test_what_is_finished_is_plain_and_shared_by_all_views() -> None:
    parser = fed('{"a": {"b": [1]}, "c": "')
    first = parser.view()
    parser.feed('x"')
    second = parser.view()
    parser.feed("}")
    assert type(first["a"]) is dict
    assert first["a"] is second["a"] is parser.view()["a"]
    assert type(parser.view()["a"]) is dict


def test_records_share_the_strings_of_their_keys() -> None:
    first, second = fed(*'[{"name":1},{"name":2}]').view()
    assert next(iter(first)) is next(iter(second))


def test_the_later_of_two_values_wins_and_older_views_keep_the_earlier_one() -> None:
    parser = fed('[{"a": 1, "b": 2')
    views = [parser.view()]
    for piece in (', "a": 3', ', "b": "x', 'y"', ', "a": 4', "}"):
        parser.feed(piece)
        views.append(parser.view())
    assert views == [
        [{"a": 1}],
        [{"a": 1, "b": 2}],
        [{"a": 3, "b": 2}],
        [{"a": 3, "b": "xy"}],
        [{"a": 3, "b": "xy"}],
        [{"a": 4, "b": "xy"}],
    ]


# The end of the text.


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("-1.5e3", -1500.0), ("true", True), ("false", False)]
)
def test_the_end_of_the_text_finishes_a_number_or_literal(text: str, value: Any) -> None:
    parser = fed(text)
    assert not parser.complete
    parser.close()
    parser.close()
    assert parser.complete
    assert parser.view() == value
    assert parser.position == len(text)


@pytest.mark.parametrize("text", ["", "-", "1.", "1e", "tru", '"a', "[1", '{"a":1', '["a"', "[x"])
def test_the_end_of_the_text_finishes_nothing_else(text: str) -> None:
    parser = fed(text)
    before = (parser.view(), parser.error)
    parser.close()
    assert (parser.view(), parser.error) == before
    assert not parser.complete


# Invalid texts.

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


# Limits.


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("size", [1, 7, 10**6])
def test_depth_is_limited(opening: str, size: int) -> None:
    text = opening * MAX_DEPTH
    parser = fed(*pieces(text, [size]))
    assert parser.error is None
    shallow = parser.view()
    parser.feed(opening * 10_000)
    assert parser.error == "nested deeper than 200 levels"
    assert parser.error_position == len(text)
    assert parser.view() == shallow
    assert repr(shallow).count(opening[0]) == MAX_DEPTH


def test_closed_containers_do_not_count_as_depth() -> None:
    parser = fed("[" + "[[]]," * 10 + "[[", max_depth=3)
    assert parser.error is None
    parser.feed("[")
    assert parser.error == "nested deeper than 3 levels"


@pytest.mark.parametrize("size", [1, 4, 10**6])
@pytest.mark.parametrize("number", ["1" * 5000, "0." + "3" * 5000, "-1" + "0" * 5000])
def test_the_length_of_a_number_is_limited(number: str, size: int) -> None:
    whole = number[:MAX_NUMBER_LENGTH]
    assert fed(f"[{whole}]").view() == [json.loads(whole)]
    parser = fed(*pieces(f"[{number}]", [size]))
    assert parser.error == "number longer than 4300 characters"
    assert parser.error_position == 1 + MAX_NUMBER_LENGTH
    assert parser.view() == []


def test_an_object_may_repeat_its_keys_only_so_often() -> None:
    parser = PartialJSON()
    parser.feed('{"a":0' + "".join(f',"a":{value}' for value in range(1, MAX_REPEATS + 1)))
    parser.feed(',"b":1,')
    assert parser.view() == {"a": MAX_REPEATS, "b": 1}
    parser.feed('"a":')
    assert parser.error == f"keys repeated more than {MAX_REPEATS} times"
    assert parser.view() == {"a": MAX_REPEATS, "b": 1}


def test_the_length_of_a_number_is_not_that_of_a_literal() -> None:
    assert fed("[12,false,-1.5]", max_number_length=4).view() == [12, False, -1.5]
    assert fed("[12.75]", max_number_length=4).error == "number longer than 4 characters"


@pytest.fixture
def few_digits() -> Iterator[int]:
    usual = sys.get_int_max_str_digits()
    few = 700
    sys.set_int_max_str_digits(few)
    yield few
    sys.set_int_max_str_digits(usual)


def test_an_integer_that_python_refuses_is_invalid(few_digits: int) -> None:
    long = "1" * (few_digits + 1)
    inside, alone = fed(f"[{long}]"), fed(long)
    alone.close()
    assert inside.error == alone.error == "integer longer than int() takes"
    assert inside.error_position == 1 + len(long)
    assert alone.error_position == len(long)
    assert inside.view() == []
    assert not alone.complete
