"""A package that is missing is named, with the extra that brings it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from streamkit._core.extras import needing

# In a process of its own, because this one has imported what is to be missing.
WITHOUT = """
import json, sys
from importlib import import_module


class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"starlette", "uvicorn", "typer", "redis", "opentelemetry"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Missing())
said = {}
for name in json.loads(sys.argv[1]):
    module, _, attribute = name.partition(":")
    try:
        found = import_module(module)
        if attribute:
            getattr(found, attribute)
    except ModuleNotFoundError as error:
        said[name] = str(error)
print(json.dumps(said))
"""

NEEDED = {
    "streamkit.server": "streamkit.server needs the package starlette",
    "streamkit.inspector": "streamkit.inspector needs the package starlette",
    "streamkit.proxy": "streamkit.proxy needs the package starlette",
    "streamkit.telemetry": "streamkit.telemetry needs the package opentelemetry",
    "streamkit.relay:asgi": "streamkit.relay.asgi needs the package starlette",
    "streamkit.relay:response": "streamkit.relay.response needs the package starlette",
}
WITHOUT_EXTRAS = ["streamkit.relay:wsgi", "streamkit.recording", "streamkit.bulk:replay"]


def test_without_an_extra_an_import_names_it_and_others_need_none() -> None:
    names = json.dumps([*NEEDED, *WITHOUT_EXTRAS])
    command = [sys.executable, "-c", WITHOUT, names]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    extras = {name: "otel" if "telemetry" in name else "server" for name in NEEDED}
    assert said == {
        name: f"{start}: pip install 'streamkit-rx[{extras[name]}]'"
        for name, start in NEEDED.items()
    }


@pytest.mark.parametrize(
    "error",
    [ModuleNotFoundError("no", name="streamkit.nothing"), ModuleNotFoundError("no"), ValueError()],
    ids=["a module of ours", "a module without a name", "another error"],
)
def test_an_error_that_no_extra_mends_is_raised_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, needing("server", "this"):
        raise error
    assert caught.value is error
