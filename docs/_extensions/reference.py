"""The reference: what autodoc makes of the public names of a module, and that none is missing."""

from __future__ import annotations

import inspect
from collections import defaultdict
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, ForwardRef

from sphinx.addnodes import pending_xref
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from docs._extensions.names import Name, names

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

__all__ = ["setup"]

_log = logging.getLogger(__name__)
_names = cache(names)


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directives, and what completes the index of names."""
    app.add_directive("public", Public)
    app.add_directive("documented", Documented)
    app.connect("doctree-read", _link)
    app.connect("env-updated", _complete)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class Documented(SphinxDirective):
    """The documentation of one class with its methods, or of one function."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return what autodoc makes of its docstring."""
        (name,) = self.arguments
        module, _, last = name.rpartition(".")
        kind = _kind(getattr(import_module(module), last))
        # A resource is made by its client, so nobody needs the parameters of its class.
        options = "()\n   :inherited-members:" if kind == "autoclass" else ""
        return _rst(self, f".. {kind}:: {name}{options}")


class Public(SphinxDirective):
    """All public names of a module: those documented here, and links to the others."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the documentation of the module, and of its names in alphabetical order."""
        (module,) = self.arguments
        here = sorted((name for name in _names() if name.module == module), key=lambda n: n.name)
        elsewhere = [name for name in here if name.home != module]
        lines = [f".. automodule:: {module}", "   :no-members:", ""]
        if elsewhere:
            lines += ["Documented elsewhere:", ""]
            lines += [
                ", ".join(f":py:obj:`{name.name} <{name.documented}>`" for name in elsewhere) + ".",
                "",
            ]
        for name in here:
            if name.home == module:
                lines += _record(name) if ".types" in module else [_described(name), ""]
        return _rst(self, "\n".join(lines))


def _described(name: Name) -> str:
    return f".. {_kind(name.value)}:: {name.full}"


def _record(name: Name) -> list[str]:
    """Return the lines of a type of the API, whose fields are as they stand in its source."""
    lines = [_described(name)]
    # Of a class under a second name autodoc says whose it is.
    if inspect.isclass(name.value):
        lines.append("   :no-members:")
        fields = inspect.get_annotations(name.value)
        if fields and name.value.__name__ == name.name:
            lines += ["", "   .. code-block:: python", ""]
            lines += [f"      {field}: {_written(each)}" for field, each in fields.items()]
    return [*lines, ""]


def _written(annotation: object) -> str:
    if isinstance(annotation, ForwardRef):
        return annotation.__forward_arg__
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _rst(directive: SphinxDirective, text: str) -> list[nodes.Node]:
    """Parse what is written as autodoc has it, in a page that is written in Markdown."""
    return directive.parse_text_to_nodes(f"````{{eval-rst}}\n{text}\n````")


def _kind(value: object) -> str:
    if inspect.isclass(value):
        return "autoclass"
    return "autofunction" if inspect.isroutine(value) else "autodata"


@cache
def _documented() -> set[str]:
    return {name.documented for name in _names()}


@cache
def _by_name() -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name in _names():
        found[name.name].add(name.documented)
    return found


def _link(_: Sphinx, doctree: nodes.document) -> None:
    """Lead the names in a signature to the one class of that name; others are plain text.

    Annotations are as they stand in the source, so a name has no module there, and Sphinx would
    take any attribute of that name.
    """
    for reference in [*doctree.findall(pending_xref)]:
        if reference.get("refdomain") != "py" or reference["reftarget"] in _documented():
            continue
        homes = _by_name().get(reference["reftarget"].rpartition(".")[2], set())
        if len(homes) == 1:
            reference["reftarget"] = next(iter(homes))
            reference["refspecific"] = False
        else:
            reference.replace_self(reference.children)


def _complete(_: Sphinx, env: BuildEnvironment) -> list[str]:
    """Add the names of a thing that is documented under another; warn of each that is not there."""
    objects = env.domaindata["py"]["objects"]
    for name in _names():
        if name.documented not in objects:
            _log.warning("%s is not in the reference", name.full)
        elif name.full not in objects:
            objects[name.full] = objects[name.documented]._replace(aliased=True)
    return []
