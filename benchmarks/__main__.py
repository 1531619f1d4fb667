"""The benchmark command, ``python -m benchmarks [NAME...]``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import cases
from benchmarks.plot import figures, plot
from benchmarks.report import as_data, as_text, machine, uncompiled
from benchmarks.runner import ROOT, run

__all__ = ["main"]


def main() -> None:
    """Run the named cases, or all of them, and print each answer as soon as it is known."""
    options = _options()
    if options.plot is not None:
        try:
            figures()
        except ModuleNotFoundError as error:
            sys.exit(f"--plot needs matplotlib: pip install 'streamkit-rx[bench]' ({error})")
        options.plot.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC).date().isoformat()
    print(f"{machine()}; {now}\n")
    why = uncompiled(ROOT / "streamkit" / "__init__.py")
    if why is not None:
        print(f"No pyc files are written ({why}): where none are kept, import times double.\n")
    answers: list[dict[str, Any]] = []
    for name in options.names or cases.NAMES:
        case = cases.load(name)
        try:
            table = run(name, case, quick=options.quick)
        except subprocess.CalledProcessError as error:
            sys.exit(f"{name}: {' '.join(error.cmd[3:])} failed, so nothing of it is comparable")
        print(as_text(name, case, table), end="\n\n", flush=True)
        answers.append(as_data(name, case, table))
        if options.plot is not None:
            for path in plot(name, case, table, options.plot):
                print(f"![{path.stem}]({path})\n")
    if options.json is not None:
        report = {
            "date": now,
            "machine": machine(),
            "uncompiled": why,
            "quick": options.quick,
            "cases": answers,
        }
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="; ".join(cases.NAMES))
    parser.add_argument("--quick", action="store_true", help="smaller, one round; under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--plot", type=Path, metavar="DIR", help="draw the figures into DIR")
    options = parser.parse_args()
    if unknown := set(options.names) - set(cases.NAMES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    main()
