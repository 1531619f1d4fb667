"""The command that fuzzes the targets in turn: ``python -m tests.fuzz [--seconds N] [target …]``.

New inputs are kept in a temporary folder during the run; a finding is saved to ``--findings`` and
its path is printed. With CI in the environment each run has the same random seed, so that a finding
comes from the change.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
TARGETS = sorted(path.name for path in CORPUS.iterdir())
WORDS = Path(__file__).parent / "words.dict"


def main() -> int:
    """Give each target its share of the time; return 1 if one has a finding."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz streamkit.")
    parser.add_argument("targets", nargs="*", metavar="target", help=" | ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="for all of them (60)")
    parser.add_argument("--findings", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    if unknown := set(options.targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")

    targets = options.targets or TARGETS
    seconds = max(1, options.seconds // len(targets))
    failed = [name for name in targets if not passes(name, seconds, options.findings)]
    print(f"\n{'FINDINGS: ' + ', '.join(failed) if failed else 'No findings.'}", flush=True)
    return 1 if failed else 0


def passes(target: str, seconds: int, findings: Path) -> bool:
    """Fuzz one target in a process of its own, because libFuzzer ends its process."""
    print(f"\n== {target}, {seconds} s", flush=True)
    with tempfile.TemporaryDirectory() as new:
        command = [sys.executable, "-m", "tests.fuzz.guided", target, new, str(CORPUS / target)]
        command += [f"-max_total_time={seconds}", f"-artifact_prefix={findings}/{target}-"]
        command += [f"-dict={WORDS}", "-max_len=2048", "-timeout=10", "-rss_limit_mb=1024"]
        command += ["-verbosity=0", "-print_final_stats=1"]
        command += ["-seed=1"] if os.environ.get("CI") else []
        return subprocess.call(command) == 0


if __name__ == "__main__":
    sys.exit(main())
