from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import cases
from benchmarks.case import COST, Answer, Case, Contender, Workload, WrongAnswerError
from benchmarks.worker import measure

WORK = Workload("sum", 3)


def case(contender: Contender) -> Case:
    return Case(
        question="What does a sum cost?",
        unit="runs",
        workloads=[WORK],
        quick=[WORK],
        contenders={"somebody": contender},
        answer=lambda work: {"sum": sum(range(work.size))},
        measure=lambda run: {COST: float(run().says["sum"])},
        scale=lambda work: 1 / work.size,
    )


def test_a_right_answer_is_measured() -> None:
    right = Contender(lambda work: lambda: Answer({"sum": sum(range(work.size))}))
    assert measure(case(right), ["somebody"], quick=False) == [{"somebody": [{COST: 1.0}]}]


@pytest.mark.parametrize("says", [{"sum": 4}, {}])
def test_a_wrong_answer_is_not_measured(says: dict[str, int]) -> None:
    wrong = Contender(lambda _: lambda: Answer(says))
    with pytest.raises(WrongAnswerError):
        measure(case(wrong), ["somebody"], quick=False)


def test_an_answer_that_goes_wrong_while_it_is_measured_is_an_error() -> None:
    sums = iter([3, 4])
    forgetful = Contender(lambda _: lambda: Answer({"sum": next(sums)}))
    with pytest.raises(WrongAnswerError):
        measure(case(forgetful), ["somebody"], quick=False)


def test_a_contender_has_no_figures_where_it_takes_no_part() -> None:
    absent = Contender(lambda _: lambda: Answer({}), takes=lambda _: False)
    assert measure(case(absent), ["somebody"], quick=False) == [{"somebody": [None]}]


def test_contenders_in_one_process_take_turns() -> None:
    turns: list[str] = []

    def contender(name: str) -> Contender:
        def run() -> Answer:
            turns.append(name)
            return Answer({"sum": 3})

        return Contender(lambda _: run)

    two = replace(
        case(contender("a")),
        contenders={name: contender(name) for name in "ab"},
        rehearsal=None,
        in_one_process=True,
    )
    rounds = measure(two, ["a", "b"], quick=False, rounds=3)
    assert rounds == [{"a": [{COST: 1.0}], "b": [{COST: 1.0}]}] * 3
    assert turns == ["a", "b"] * 3


def test_every_file_of_a_case_is_asked() -> None:
    files = {path.stem for path in Path(cases.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == set(cases.NAMES)


@pytest.mark.thorough
def test_the_command_writes_its_figures_as_json(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "push", "--quick", "--json", str(file)]
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parent.parent)
    report = json.loads(file.read_text("utf-8"))
    assert report["quick"] is True
    (push,) = report["cases"]
    assert {row["who"] for row in push["rows"]} == {"streamkit", "plain reactivex"}
    assert all(row["figures"][COST] > 0 for row in push["rows"])
