"""The command that runs every check of the project and prints its name and its time.

python .ci/check.py               run all checks
python .ci/check.py lint mypy     run only these
python .ci/check.py --fix         let the tools write and fix files first
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CHECKS = {
    "format": ["-m", "ruff", "format", "--check"],
    "lint": ["-m", "ruff", "check"],
    "unasync": [".ci/unasync.py", "--check"],
    "mypy": ["-m", "mypy"],
    "pyright": ["-m", "pyright", "--pythonpath", sys.executable],
    "layers": ["-c", "from importlinter import cli; cli.lint_imports_command()", "--no-logo"],
    "tests": ["-m", "pytest", "-n", "auto", "--thorough"],
    "docs": ["-m", "sphinx", "-W", "--keep-going", "-q", "docs", "docs/_build"],
    "fuzz": ["-m", "tests.fuzz", "--seconds", "30"],
}

FIXES = [
    [".ci/unasync.py"],
    ["-m", "ruff", "check", "--fix-only"],
    ["-m", "ruff", "format"],
]

# Without this setting pyright asks the network for a newer version.
ENVIRONMENT = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}


def main() -> int:
    """Run the named checks, or all of them, each to its end; return 1 if any failed."""
    parser = argparse.ArgumentParser(description="Every check of the project.")
    parser.add_argument("checks", nargs="*", metavar="check", help=" | ".join(CHECKS))
    parser.add_argument("--fix", action="store_true", help="let the tools fix files first")
    options = parser.parse_args()
    if unknown := set(options.checks) - set(CHECKS):
        parser.error(f"no such check: {', '.join(sorted(unknown))}")

    if options.fix:
        for command in FIXES:
            run(command)
    failed = [name for name in options.checks or CHECKS if not passes(name)]
    print(f"\n{'FAILED: ' + ', '.join(failed) if failed else 'All checks passed.'}")
    return 1 if failed else 0


def passes(name: str) -> bool:
    """Run one check under a heading with its name; return whether it passed."""
    print(f"\n== {name}", flush=True)
    start = time.monotonic()
    passed = run(CHECKS[name])
    verdict = "passed" if passed else "FAILED"
    print(f"-- {name} {verdict} in {time.monotonic() - start:.1f} s", flush=True)
    return passed


def run(command: list[str]) -> bool:
    """Run a tool of this Python's environment; return whether it passed."""
    return subprocess.call([sys.executable, *command], cwd=ROOT, env=ENVIRONMENT) == 0


if __name__ == "__main__":
    sys.exit(main())
