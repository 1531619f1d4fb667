"""Without ``--thorough`` the diagonal of a product of parameters runs, and with it every cell."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.diagonal import diagonal

pytest_plugins = ["pytester"]

LENGTHS = st.lists(st.integers(1, 12), min_size=1, max_size=4)


@given(LENGTHS, st.integers(0, 2**32))
def test_every_value_of_every_axis_is_on_every_diagonal(lengths: list[int], turn: int) -> None:
    cells = diagonal(lengths, turn)
    assert len(cells) == max(lengths)
    for axis, length in enumerate(lengths):
        assert {cell[axis] for cell in cells} == set(range(length))


def test_values_of_axes_with_a_common_factor_meet() -> None:
    cells = diagonal([12, 2, 6])
    assert {cell[1:] for cell in cells} == set(itertools.product(range(2), range(6)))


@given(st.lists(st.integers(1, 8), min_size=1, max_size=3))
def test_every_cell_is_on_some_diagonal(lengths: list[int]) -> None:
    longest = max(lengths)
    turns = range(math.prod(lengths) // longest)
    product = set(itertools.product(*map(range, lengths)))
    assert set[object]().union(*(diagonal(lengths, turn) for turn in turns)) == product


CONFTEST = """
import pytest
from tests.conftest import pytest_addoption, pytest_collection_modifyitems

@pytest.fixture(params=["sync", "async"])
def road(request):
    return request.param
"""
PRODUCT = """
import pytest

pytestmark = pytest.mark.diagonal

@pytest.mark.parametrize(("case", "end"), [("a", 1), ("b", 2), ("c", 3)])
def test_product(case, end, road): ...

def test_one_axis(road): ...
def test_none(): ...
"""
ONE_AXIS = ["test_one_axis[sync]", "test_one_axis[async]", "test_none"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["sync-a-1", "async-b-2", "sync-c-3"]),
        (
            ["--thorough"],
            ["sync-a-1", "async-a-1", "sync-b-2", "async-b-2", "sync-c-3", "async-c-3"],
        ),
    ],
    ids=["by default", "thorough"],
)
def test_a_diagonal_runs_by_default_and_all_with_thorough(
    arguments: list[str], expected: list[str], pytester: pytest.Pytester
) -> None:
    assert ran(pytester, *arguments) == {*(f"test_product[{cell}]" for cell in expected), *ONE_AXIS}


@pytest.mark.parametrize("cells", [["async-a-1"], ["async-a-1", "sync-b-2"]], ids=["one", "two"])
def test_what_is_asked_for_by_its_id_runs(cells: list[str], pytester: pytest.Pytester) -> None:
    names = [f"test_product[{cell}]" for cell in cells]
    assert ran(pytester, *(f"test_it.py::{name}" for name in names)) == set(names)


def ran(pytester: pytest.Pytester, *arguments: str) -> set[str]:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_it=PRODUCT)
    pytester.makeini(
        "[pytest]\nmarkers = diagonal\n thorough\nasyncio_default_fixture_loop_scope = function"
    )
    # pytest annotates no type here.
    run: Any = pytester.inline_run  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    ran = run("-p", "no:cacheprovider", *arguments)
    reports: list[pytest.TestReport] = ran.getreports("pytest_runtest_logreport")
    return {
        report.nodeid.rpartition("::")[2]
        for report in reports
        if report.passed and report.when == "call"
    }
