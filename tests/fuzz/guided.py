"""The fuzzer of a target: ``python -m tests.fuzz.guided target [libFuzzer's arguments]``."""

from __future__ import annotations

import importlib
import sys
from typing import Any


def main() -> None:
    """Instrument streamkit, then fuzz until the limits in the arguments are reached."""
    atheris: Any = importlib.import_module("atheris")  # the package has no types
    with atheris.instrument_imports(include=["streamkit"]):
        target = importlib.import_module(f"tests.fuzz.{sys.argv[1]}")
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target.check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
