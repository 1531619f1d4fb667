from __future__ import annotations

import inspect
import re
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import streamkit
import streamkit.operators
from streamkit.server import EmbeddedServer

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parent.parent
# The link to the operators is not followed, so they are named by their real place.
SOURCES = {
    f"{package}/{path.relative_to(ROOT / folder).as_posix()}"
    for folder, package in {"streamkit": "streamkit", "operators": "streamkit/operators"}.items()
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
}
MODULES = sorted(
    path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for path in SOURCES
    if path.endswith(".py")
)
PUBLIC = [
    pytest.param(module, name, id=f"{module.__name__}.{name}")
    for module in (streamkit, streamkit.operators)
    for name in dir(module)
]


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_every_public_class_and_function_says_what_it_is(module: ModuleType, name: str) -> None:
    public = getattr(module, name)
    if inspect.isclass(public):
        # A dataclass without a docstring gets its signature as one.
        assert not (public.__doc__ or f"{name}(").startswith(f"{name}(")
    elif inspect.isroutine(public):
        assert public.__doc__


def test_every_operator_is_called_as_its_file() -> None:
    files = {path.stem for path in (ROOT / "operators").glob("*.py")} - {"__init__"}
    assert files - set(streamkit.operators.__all__) == set()


@pytest.mark.parametrize("first", ["{modules}", "{operators}"])
def test_an_operator_is_a_function_whatever_is_imported_first(first: str) -> None:
    names = streamkit.operators.__all__
    modules = f"import {', '.join(f'streamkit.operators.{name}' for name in names)}"
    operators = f"from streamkit.operators import {', '.join(names)}"
    program = (
        f"{first}; {{modules}}; {{operators}}; import streamkit.operators as ops; "
        f"print(*(callable(each) for each in ({', '.join(names)})), "
        f"*(callable(getattr(ops, name)) for name in ops.__all__))"
    ).format(modules=modules, operators=operators)
    assert set(python("-W", "error", "-c", program).split()) == {"True"}


@pytest.mark.parametrize("module", [streamkit, streamkit.operators])
def test_a_package_lists_what_it_imports_when_asked_for(module: ModuleType) -> None:
    assert all(hasattr(module, name) for name in dir(module))
    with pytest.raises(AttributeError, match=f"'{module.__name__}' has no attribute 'nothing'"):
        _ = module.nothing


@pytest.mark.thorough
def test_every_module_can_be_imported_without_a_warning() -> None:
    python("-W", "error", "-c", f"import {', '.join(MODULES)}")


def test_importing_streamkit_imports_nothing_heavy() -> None:
    heavy = {"httpcore", "httpx", "httpx2", "jsonschema", "openai"}
    heavy |= {"pydantic", "reactivex", "tenacity"}
    heavy |= {"asyncio", "email", "hashlib", "html", "http.client", "ssl", "urllib.request"}
    heavy |= {"concurrent.futures", "logging", "random", "socket", "urllib.parse"}
    heavy |= {"base64", "copy", "dataclasses", "json", "select", "traceback", "zlib"}
    extras = {"rich", "starlette", "typer", "uvicorn"}
    assert imported_with("import streamkit") & (heavy | extras) == set()


def test_a_program_that_chats_imports_nothing_of_what_it_does_not_use() -> None:
    imported = imported_with("import streamkit; streamkit.OpenAI(api_key='any')")
    unused = ["_client._async", "families.assistants", "families.files", "polling", "types.beta"]
    unused += ["_core.json.path", "_http.upload", "_rx.push", "structured.schema"]
    unused += ["families.messages", "families.responses", "structured.description"]
    prefixes = tuple(f"streamkit.{name}" for name in unused)
    assert "streamkit.families.chat._sync.completions" in imported
    assert [name for name in imported if name.startswith(prefixes)] == []


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param("", id="made", marks=pytest.mark.thorough),
        pytest.param("c.create(**params)", id="create", marks=pytest.mark.thorough),
        pytest.param(
            "list(c.create(**params, stream=True))", id="chunks", marks=pytest.mark.thorough
        ),
        pytest.param("with c.stream(**params) as stream: stream.until_done()", id="stream"),
    ],
)
def test_a_program_that_blocks_imports_nothing_of_what_it_does_not_use(statements: str) -> None:
    # The httpx that it sends with imports ssl, logging and email, but no event loop: anyio's is
    # imported only on demand.
    heavy = {"asyncio", "aiohttp", "httpx2", "jsonschema", "openai", "pydantic", "reactivex"}
    ours = ["_client._async", "_http._async", "_http.async_network", "_http.aws_event_stream"]
    ours += ["_http.upload", "_rx.push", "eventlog", "families.assistants", "families.files"]
    ours += ["families.messages", "families.responses", "hub", "polling", "recording", "relay"]
    ours += ["structured.description", "telemetry", "types.beta", "types.vector_store"]
    with EmbeddedServer() as server:
        imported = imported_with(
            f"""
import streamkit
client = streamkit.OpenAI(api_key="any", base_url={server.base_url!r})
c = client.chat.completions
params = {{"model": "m", "messages": [{{"role": "user", "content": "hi"}}]}}
{statements}
"""
        )
    assert "streamkit" in imported
    assert imported & heavy == set()
    unused = tuple(f"streamkit.{name}" for name in ours)
    assert [name for name in imported if name.startswith(unused)] == []


def test_parsing_a_choice_imports_nothing_of_the_assistants() -> None:
    names = ("partial_parse", "tool_arg_parse")
    imported = imported_with(f"import {', '.join(f'streamkit.operators.{name}' for name in names)}")
    assert "streamkit.families.chat.emitters" in imported
    assert not [name for name in imported if "assistants" in name or "types.beta" in name]


def test_the_version_is_the_one_that_is_installed() -> None:
    assert streamkit.__version__ == metadata.version("streamkit-rx")


def test_the_changelog_knows_the_version() -> None:
    assert f"## [{streamkit.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_a_wheel_holds_the_package_and_nothing_else(tmp_path: Path) -> None:
    python("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    (wheel,) = tmp_path.iterdir()
    with zipfile.ZipFile(wheel) as archive:
        built = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert built == SOURCES
    assert "streamkit/py.typed" in built


def test_the_readme_has_two_set_up_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    # `.ci/run` finds the two commands that it runs in the same way.
    commands = re.findall(r"^python3 -m venv .*$", readme, re.MULTILINE)
    install = r"python3 -m venv \.venv && \.venv/bin/pip install -q -e '\.\[{}\]' && \.venv/bin/{}"
    demo, tests = commands
    assert re.fullmatch(install.format("cli", "streamkit demo"), demo)
    assert re.fullmatch(install.format("test", "python -m pytest.*"), tests)


def imported_with(statements: str) -> set[str]:
    """Return the names of all modules that are imported after these statements."""
    return set(python("-c", f"{statements}\nimport sys; print(*sys.modules)").split())


def python(*arguments: str) -> str:
    """Return the output of this Python when it is run at the root of the project."""
    return subprocess.check_output([sys.executable, *arguments], cwd=ROOT, text=True)
