"""A missing program leaves its tests out, and the suite says so at its end; or they fail in CI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.programs import CHROMIUM, PROGRAMS, left_out, needed

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

SKIPPED, FAILED = pytest.skip.Exception, pytest.fail.Exception


@pytest.fixture(autouse=True)
def _bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take every program away, but what a wheel has; one called `thing` is there."""
    for program in PROGRAMS:
        monkeypatch.delenv(program.variable, raising=False)
    thing = tmp_path / "thing"
    thing.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))


def test_a_test_is_skipped_where_its_program_is_missing() -> None:
    with pytest.raises(SKIPPED, match="no Chromium"):
        needed(CHROMIUM)


@pytest.mark.parametrize("named", ["thing", "{folder}/thing"], ids=["command", "path"])
def test_a_variable_names_a_program(
    named: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(CHROMIUM.variable, named.format(folder=tmp_path))
    assert needed(CHROMIUM) == str(tmp_path / "thing")


def test_a_test_fails_where_the_named_program_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHROMIUM.variable, "chromium")
    with pytest.raises(FAILED, match="STREAMKIT_CHROMIUM names chromium"):
        needed(CHROMIUM)


def test_the_first_command_that_the_machine_has_is_the_program(tmp_path: Path) -> None:
    program = CHROMIUM._replace(commands=("missing", "thing", "other"))
    assert program.find() == str(tmp_path / "thing")


def test_what_is_left_out_is_named_with_its_commands_and_its_variable() -> None:
    takes_long, browser, *_ = left_out(thorough=False)
    assert "--thorough" in takes_long
    assert browser == (
        "pages in a browser: no chromium or chromium-browser or google-chrome here, and none named"
        " by STREAMKIT_CHROMIUM"
    )


def test_a_thorough_run_with_all_programs_leaves_nothing_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for program in PROGRAMS:
        monkeypatch.setenv(program.variable, "thing")
    assert [*left_out(thorough=True)] == []


CONFTEST = """
from tests.conftest import pytest_addoption, pytest_terminal_summary
"""


def last_lines(pytester: pytest.Pytester, *arguments: str) -> list[str]:
    """Return what a run of a small suite prints after its summary."""
    pytester.makeconftest(CONFTEST)
    (pytester.mkdir("tests") / "test_it.py").write_text("def test(): ...")
    pytester.makeini("[pytest]\ntestpaths = tests\nasyncio_default_fixture_loop_scope = function")
    # pytest annotates no type here.
    run: Any = pytester.runpytest_inprocess  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    lines: list[str] = run("-p", "no:cacheprovider", "-rA", *arguments).outlines
    return lines[lines.index("PASSED tests/test_it.py::test") + 1 :]


def test_the_whole_suite_says_last_what_it_left_out(pytester: pytest.Pytester) -> None:
    *lines, verdict = last_lines(pytester)
    assert lines == [f"left out: {line}" for line in left_out(thorough=False)]
    assert "1 passed" in verdict


def test_a_file_says_nothing_of_other_tests(pytester: pytest.Pytester) -> None:
    assert "1 passed" in last_lines(pytester, "tests/test_it.py")[0]
