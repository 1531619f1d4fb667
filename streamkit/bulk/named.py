"""A pipeline that is known by its name, which every process imports for itself."""

from __future__ import annotations

import importlib
import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from streamkit._cassette.recording import Recording
    from streamkit.bulk.outcomes import Pipeline

__all__ = ["NamedPipeline"]

USUAL = "pipeline"
"""The name of the function in a file, unless another is given."""


class NamedPipeline:
    """The pipeline ``package.module:function``, ``file.py:function`` or ``file.py``.

    A file without a name has a function ``pipeline``. The module is imported here, to see that it
    has the function, and once in each process that runs it; a module of the working folder is found
    as well.

    Raises:
        ImportError: The module cannot be imported, or has no such function.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        _loaded(name)

    def __call__(self, recording: Recording) -> Any:
        """Return what the function returns."""
        return _loaded(self._name)(recording)

    def __repr__(self) -> str:
        return f"NamedPipeline({self._name!r})"


@cache
def _loaded(name: str) -> Pipeline:
    place, _, function = name.rpartition(":")
    if name.endswith(".py"):
        place, function = name, USUAL
    if not (place and function):
        raise ImportError(
            f"{name!r} is no pipeline: give package.module:function, or file.py:function"
        )
    try:
        module: Any = _file(Path(place)) if place.endswith(".py") else _module(place)
    except (Exception, SystemExit) as error:
        raise ImportError(f"importing {place} failed: {type(error).__name__}: {error}") from error
    for part in function.split("."):
        module = getattr(module, part, None)
    if callable(module):
        return cast("Pipeline", module)
    raise ImportError(f"{place} has no function {function}")


def _module(name: str) -> Any:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    return importlib.import_module(name)


def _file(path: Path) -> Any:
    name = f"streamkit_pipeline_{path.stem}"
    spec = spec_from_file_location(name, path.resolve(strict=True))
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    # Types of the module are found by its name, as dataclasses do it.
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
