"""The import of the type that ``--schema`` names."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import typer

__all__ = ["imported"]


def imported(path: str) -> Any:
    """Import the object ``package.module:Name``, also from the working directory.

    Raises:
        typer.BadParameter: The object does not exist, or its module cannot be imported.
    """
    module_name, colon, name = path.partition(":")
    if not (colon and module_name and name):
        raise _refused(f"{path!r} is not of the form package.module:Model")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module_name)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise _refused(f"importing {module_name} failed: {reason}") from error
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise _refused(f"{module_name} has no {name}") from None
    return found


def _refused(reason: str) -> typer.BadParameter:
    return typer.BadParameter(reason, param_hint="--schema")
