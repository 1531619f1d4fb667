"""The pytest fixtures for programs that use the API work in a pytest of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.cookbook import program

ROOT = Path(__file__).parent.parent
EXAMPLE = re.compile(r"^```python\n(pytest_plugins = .*?)^```", re.DOTALL | re.MULTILINE)


FAULTS = """\
import pytest
from anthropic import Anthropic, OverloadedError
from streamkit import InternalServerError, OpenAI, RateLimitError

pytest_plugins = ["streamkit.testing"]
ASKED = {"model": "any", "messages": [{"role": "user", "content": "Hi"}]}


def test_set_and_unset(openai_server, fault):
    client = OpenAI(max_retries=0)  # the environment says where the server is
    fault({"kind": "status", "code": 429})
    with pytest.raises(RateLimitError):
        client.chat.completions.create(**ASKED)
    fault(None)
    assert client.chat.completions.create(**ASKED).choices
    assert len(openai_server.exchanges) == 2


def test_the_next_test_has_a_server_of_its_own(openai_server):
    assert OpenAI().chat.completions.create(**ASKED).choices
    assert len(openai_server.exchanges) == 1


def test_both_packages_share_a_server(openai_server, anthropic_server, fault):
    assert openai_server is anthropic_server
    fault({"kind": "status", "code": 529})
    with pytest.raises(OverloadedError):
        Anthropic(max_retries=0).messages.create(max_tokens=9, **ASKED)
    with pytest.raises(InternalServerError):
        OpenAI(max_retries=0).chat.completions.create(**ASKED)
"""


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    """Return the number of passed tests of each file, from one pytest that loads the fixtures."""
    (example,) = EXAMPLE.findall((ROOT / "docs/guides/testing.md").read_text())
    folder = tmp_path_factory.mktemp("own")
    (folder / "test_example.py").write_text(f"import streamkit\n{example}")
    (folder / "test_faults.py").write_text(FAULTS)
    (folder / "test_cookbook.py").write_text(program("testing"))
    run = pytest_of_its_own(folder, "-rp")
    assert run.returncode == 0, run.stdout
    return Counter(re.findall(r"^PASSED (\w+)\.py::", run.stdout, re.MULTILINE))


@pytest.mark.thorough
def test_the_example_of_the_guide_passes(passed: Counter[str]) -> None:
    assert passed["test_example"] == 1


@pytest.mark.thorough
def test_the_tests_of_the_cookbook_pass(passed: Counter[str]) -> None:
    assert passed["test_cookbook"] == 2


@pytest.mark.thorough
def test_a_test_meets_the_faults_that_it_sets(passed: Counter[str]) -> None:
    assert passed["test_faults"] == 3


def test_nothing_is_loaded_unless_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "test_without.py").write_text("def test_it(openai_server): ...\n")
    assert "fixture 'openai_server' not found" in pytest_of_its_own(tmp_path).stdout


def pytest_of_its_own(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "."]
    # Such a test runs without the plugins of this suite, because it does not need them.
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=folder, env=alone
    )
