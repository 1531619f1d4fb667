"""The one door for contributors: every check of the project, with its name and its time.

python .ci/check.py               all of them
python .ci/check.py lint mypy     only these
python .ci/check.py --fix         first write and mend what tools can
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
    "fuzz": ["-m", "tests.fuzz", "--seconds", "60"],
}

FIXES = [
    [".ci/unasync.py"],
    ["-m", "ruff", "check", "--fix-only"],
    ["-m", "ruff", "format"],
]

# Otherwise pyright asks the network whether a newer one is out.
ENVIRONMENT = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}


def main() -> int:
    """Run the checks that were asked for, all of them to their end; 1 if any failed."""
    parser = argparse.ArgumentParser(description="Every check of the project.")
    parser.add_argument("checks", nargs="*", metavar="check", help=" | ".join(CHECKS))
    parser.add_argument("--fix", action="store_true", help="first write and mend what tools can")
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
    """Run one check under a heading with its name."""
    print(f"\n== {name}", flush=True)
    start = time.monotonic()
    passed = run(CHECKS[name])
    verdict = "passed" if passed else "FAILED"
    print(f"-- {name} {verdict} in {time.monotonic() - start:.1f} s", flush=True)
    return passed


def run(command: list[str]) -> bool:
    """Run a tool of this Python's environment; false if it failed."""
    return subprocess.call([sys.executable, *command], cwd=ROOT, env=ENVIRONMENT) == 0


if __name__ == "__main__":
    sys.exit(main())
