"""The tables for those who come from another package name what is there, and what is not."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import Any

import anthropic
import openai
import pytest

import streamkit
from tests.docs.pages import PAGES

PACKAGES = {"openai": ("OpenAI", openai), "anthropic": ("Anthropic", anthropic)}
NAME = re.compile(r"`(\w+)`")
ROW = re.compile(r"^\| \[?`([\w.]+)`[^|]*\|([^|]*)\|([^|]*)\|$", re.MULTILINE)


def section(package: str, heading: str) -> str:
    """Return the text below a heading of a page."""
    return PAGES[f"migration/{package}"].partition(f"## {heading}\n")[2].partition("\n## ")[0]


def rows() -> list[Any]:
    found = [
        pytest.param(package, *row, id=f"{package}-{row[0]}")
        for package in PACKAGES
        for row in ROW.findall(section(package, "What is there"))
    ]
    assert len(found) == 9
    return found


@pytest.mark.parametrize(("package", "resource", "both", "ours"), rows())
def test_a_resource_has_the_methods_of_its_row(
    package: str, resource: str, both: str, ours: str
) -> None:
    name, module = PACKAGES[package]
    with (
        getattr(streamkit, name)(api_key="k") as client,
        getattr(module, name)(api_key="k") as peer,
    ):
        here, there = ({*dir(attrgetter(resource)(each))} for each in (client, peer))
    assert {*NAME.findall(both)} <= here & there
    assert {*NAME.findall(ours)} <= here - there


@pytest.mark.parametrize("package", PACKAGES)
def test_what_passes_through_is_there_only_over_a_client_of_the_package(package: str) -> None:
    name, module = PACKAGES[package]
    _, _, listed = section(package, "What passes through").partition("client's:")
    names = NAME.findall(listed)
    assert len(names) > 5
    with getattr(streamkit, name)(api_key="k") as client:
        assert not [each for each in names if hasattr(client, each)]
    with getattr(module, name)(api_key="k") as theirs:
        own = getattr(streamkit, f"from_{package}")(theirs)
        assert [each for each in names if hasattr(own, each)] == names
