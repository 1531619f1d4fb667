"""The public names, and the place of each in the reference, where it is documented once.

The pages of `docs/reference` say which modules there are. A name that several of them have is
documented in the most particular: an error in ``streamkit.errors``, a type in the module of its
protocol.
"""

from __future__ import annotations

import re
from importlib import import_module
from inspect import ismodule
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["PAGES", "Name", "modules", "names"]

PAGES = Path(__file__).parent.parent / "reference"

_DIRECTIVE = re.compile(r"^```\{public\} (\S+)$", re.MULTILINE)


class Name(NamedTuple):
    """A public name of a module."""

    module: str
    name: str
    value: Any
    home: str
    """The module in which it is documented."""

    @property
    def full(self) -> str:
        """The name with its module."""
        return f"{self.module}.{self.name}"

    @property
    def documented(self) -> str:
        """The name with the module in which it is documented."""
        return f"{self.home}.{self.name}"


def modules() -> list[str]:
    """Return the modules that the pages list."""
    return [
        name for page in sorted(PAGES.glob("*.md")) for name in _DIRECTIVE.findall(page.read_text())
    ]


def names() -> list[Name]:
    """Return the names of all these modules."""
    listed = {
        module: {name: value for name, value in _public(module).items() if not ismodule(value)}
        for module in sorted(modules(), key=lambda module: (-module.count("."), module))
    }
    found: list[Name] = []
    for module, values in listed.items():
        for name, value in values.items():
            home = next(each for each in listed if listed[each].get(name, listed) is value)
            found.append(Name(module, name, value, home))
    return found


def _public(module: str) -> dict[str, Any]:
    loaded = import_module(module)
    # The top of the package imports its names when they are asked for, and lists them by `dir`.
    return {name: getattr(loaded, name) for name in getattr(loaded, "__all__", None) or dir(loaded)}
