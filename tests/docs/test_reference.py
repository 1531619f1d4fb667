"""The reference has every public name, and documents it once."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from operator import attrgetter
from pathlib import Path

import pytest

from docs._extensions.docstrings import as_rst
from docs._extensions.names import modules, names
from streamkit import Anthropic, OpenAI, operators
from tests.docs.pages import PAGES
from tests.test_public_names import MODULES, TOP

ROOT = Path(__file__).parents[2]


def test_a_page_of_the_reference_has_each_public_module() -> None:
    # A new module is named on a page of docs/reference, in a block of `{public}`.
    expected = {"streamkit", *(f"streamkit.{module}" for module in MODULES)}
    assert Counter(modules()) == Counter(expected - {"streamkit.operators"})


def test_the_names_of_the_reference_are_the_public_names() -> None:
    found = {name.full for name in names()}
    public = {f"streamkit.{name}" for name in TOP.split()}
    for module, listed in MODULES.items():
        public |= {f"streamkit.{module}.{name}" for name in listed.split()}
    without = {each for each in public - found if not each.startswith("streamkit.operators.")}
    # A module that is a name of another has a page of its own.
    assert without <= {f"streamkit.{module}" for module in MODULES}


def test_a_name_is_documented_in_a_module_that_has_it() -> None:
    found = {name.full: name for name in names()}
    for name in found.values():
        assert found[name.documented].value is name.value
        assert found[name.documented].home == name.home


def test_a_name_of_the_top_is_documented_where_its_subject_is() -> None:
    homes = {name.full: name.home for name in names()}
    assert homes["streamkit.RateLimitError"] == "streamkit.errors"
    assert homes["streamkit.OpenAI"] == "streamkit.client"
    assert homes["streamkit.types.ChatCompletion"] == "streamkit.types.chat"
    assert homes["streamkit.race"] == "streamkit"


def test_every_operator_is_shown_once_below_its_name() -> None:
    shown = re.findall(
        r"^### `(\w+)`\n\n[^\n]+\.\n\n```\{documented\} streamkit\.operators\.(\w+)\n```$",
        PAGES["operators"],
        re.MULTILINE,
    )
    assert all(heading == name for heading, name in shown)
    assert Counter(name for _, name in shown) == Counter(operators.__all__)


def test_the_methods_are_those_of_the_clients() -> None:
    found = re.findall(
        r"^## `(\w+)\.([\w.]+)`\n\n```\{documented\} ([\w.]+)\n```$",
        PAGES["reference/methods"],
        re.MULTILINE,
    )
    assert len(found) > 12
    with OpenAI(api_key="k") as client, Anthropic(api_key="k") as claude:
        for name, resource, documented in found:
            named: object = attrgetter(resource)({"client": client, "claude": claude}[name])
            kind = type(named)
            assert f"{kind.__module__}.{kind.__qualname__}" == documented


@pytest.mark.parametrize(
    ("docstring", "rst"),
    [
        ("Emit.\n\n    --a\n    [f]\n    --b", "Emit.\n\n.. marble::\n\n    --a\n    [f]\n    --b"),
        ("As::\n\n    code", "As::\n\n    code"),
        ("As\n\n    code", "As\n\n.. code-block:: text\n\n    code"),
        ("Args:\n    a: It.\n\n    More.", "Args:\n    a: It.\n\n    More."),
        ("Two ``Tool``s, ``a`` or ``b``.", "Two ``Tool``\\ s, ``a`` or ``b``."),
        ("| a |\n|---|", ".. code-block:: text\n\n    | a |\n    |---|"),
    ],
    ids=[
        "a diagram",
        "a block that is announced",
        "one that is not",
        "a section",
        "a plural",
        "a table",
    ],
)
def test_a_docstring_becomes_rst(docstring: str, rst: str) -> None:
    assert as_rst(docstring) == rst


@pytest.mark.thorough
def test_a_name_that_is_missing_fails_the_build(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text("# One\n\n```{public} streamkit.limits\n```\n")
    (tmp_path / "conf.py").write_text(
        'extensions = ["myst_parser", "sphinx.ext.autodoc", "docs._extensions.autodoc",'
        ' "docs._extensions.reference"]\n'
    )
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", tmp_path, tmp_path / "site"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 1
    assert "streamkit.errors.APIError is not in the reference" in built.stderr
    assert "streamkit.limits.Limits is not" not in built.stderr
