"""A name that a client does not have raises an error that helps."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import streamkit

CLIENTS: dict[str, Any] = {
    "openai": streamkit.OpenAI(api_key="k"),
    "async openai": streamkit.AsyncOpenAI(api_key="k"),
    "anthropic": streamkit.Anthropic(api_key="k"),
    "async anthropic": streamkit.AsyncAnthropic(api_key="k"),
}


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_name_that_is_not_there_names_the_way_to_it(kind: str) -> None:
    client, package = CLIENTS[kind], kind.removeprefix("async ")
    with pytest.raises(AttributeError) as caught:
        client.embeddings  # noqa: B018 - reading it is the test
    name = type(client).__name__
    assert f"streamkit's {name} has no 'embeddings'" in str(caught.value)
    assert f"from_{package}({package}.{name}(...))" in str(caught.value)
    assert (caught.value.name, caught.value.obj) == ("embeddings", client)
    assert not hasattr(client, "embeddings")


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_private_name_is_only_missing(kind: str) -> None:
    with pytest.raises(AttributeError, match="object has no attribute '_nothing'"):
        CLIENTS[kind]._nothing  # noqa: B018 - reading it is the test


def test_a_client_is_copied_as_before() -> None:
    assert copy.copy(CLIENTS["openai"]).chat is CLIENTS["openai"].chat
