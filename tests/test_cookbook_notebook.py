"""The notebook of the cookbook runs in a real IPython, which is in the extra ``dev``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from streamkit.server import EmbeddedServer
from tests.cookbook import program

if TYPE_CHECKING:
    from pathlib import Path

RUN_CELL = """
import sys
from IPython.core.interactiveshell import InteractiveShell

result = InteractiveShell.instance(colors="NoColor").run_cell(sys.stdin.read(), store_history=False)
result.raise_error()
print(type(result.result), result.result)
"""


def test_the_cell_shows_the_object_as_it_grows_and_returns_it_whole(tmp_path: Path) -> None:
    with EmbeddedServer() as server:
        server.reply(parsed={"name": "Bergen", "sights": ["Bryggen", "Fløyen"]})
        ran = subprocess.run(
            [sys.executable, "-c", RUN_CELL],
            input=program("notebook"),
            env={
                **os.environ,
                "IPYTHONDIR": str(tmp_path),
                "OPENAI_API_KEY": "any",
                "OPENAI_BASE_URL": server.base_url,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    shown = re.findall(r"^<IPython.core.display.JSON object>$", ran.stdout, re.MULTILINE)
    assert len(shown) > 2
    assert "<class '__main__.City'> name='Bergen' sights=['Bryggen', 'Fløyen']" in ran.stdout
