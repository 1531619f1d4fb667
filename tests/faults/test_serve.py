"""The command ``streamkit serve --fault``."""

from __future__ import annotations

import re
import subprocess

import httpx
import pytest

from tests.cli.command import invoke
from tests.cli.ctrl_c import interrupted
from tests.cli.terminal import COMMAND, unboxed

SERVE = ["serve", "--port", "0", "--fault"]


@pytest.mark.thorough
@pytest.mark.usefixtures("with_ctrl_c")
def test_the_command_serves_with_a_fault() -> None:
    with subprocess.Popen(
        [*COMMAND, *SERVE, "status?code=503&retry_after=3"], stdout=subprocess.PIPE, text=True
    ) as served:
        assert served.stdout is not None
        found = re.match(r"Serving at (\S+) ", served.stdout.readline())
        assert found
        answer = httpx.get(found[1] + "/models")
        interrupted(served)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")


def test_the_command_refuses_what_is_no_fault() -> None:
    ran = invoke([*SERVE, "nope"])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "no fault 'nope'" in unboxed(ran.stderr)
