"""Vector stores: what is sent, and how it is answered. No I/O.

Source: https://platform.openai.com/docs/api-reference/vector-stores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Required

from streamkit.families._resource.call import Call, delete, get, path, post
from streamkit.families._resource.params import RequestOptions
from streamkit.types import (
    CursorPage,
    VectorStore,
    VectorStoreDeleted,
    VectorStoreSearchResponse,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit._core.wire import Wire
    from streamkit.families._resource.params import NotGiven

__all__ = [
    "VectorStoreCreateParams",
    "VectorStoreSearchParams",
    "VectorStoreUpdateParams",
    "create",
    "delete_",
    "list_",
    "retrieve",
    "search",
    "update",
]


class VectorStoreUpdateParams(RequestOptions, total=False):
    """What of a vector store can be changed."""

    expires_after: Mapping[str, Any] | Wire | NotGiven | None
    metadata: Mapping[str, str] | NotGiven | None
    name: str | NotGiven | None


class VectorStoreCreateParams(VectorStoreUpdateParams, total=False):
    """What a vector store is made of."""

    chunking_strategy: Mapping[str, Any] | Wire | NotGiven
    description: str | NotGiven
    file_ids: Sequence[str] | NotGiven


class VectorStoreSearchParams(RequestOptions, total=False):
    """What is looked for."""

    query: Required[str | Sequence[str]]
    filters: Mapping[str, Any] | NotGiven
    max_num_results: int | NotGiven
    ranking_options: Mapping[str, Any] | NotGiven
    rewrite_query: bool | NotGiven


def create(params: Mapping[str, Any]) -> Call[VectorStore]:
    """Make a vector store."""
    return post("/vector_stores", VectorStore, params)


def retrieve(vector_store_id: str, params: Mapping[str, Any]) -> Call[VectorStore]:
    """Fetch a vector store."""
    return get(_one(vector_store_id), VectorStore, params)


def update(vector_store_id: str, params: Mapping[str, Any]) -> Call[VectorStore]:
    """Change a vector store."""
    return post(_one(vector_store_id), VectorStore, params)


def list_(params: Mapping[str, Any]) -> Call[CursorPage[VectorStore]]:
    """Fetch the vector stores."""
    return get("/vector_stores", CursorPage[VectorStore], params)


def delete_(vector_store_id: str, params: Mapping[str, Any]) -> Call[VectorStoreDeleted]:
    """Delete a vector store; its files stay."""
    return delete(_one(vector_store_id), VectorStoreDeleted, params)


def search(
    vector_store_id: str, params: Mapping[str, Any]
) -> Call[CursorPage[VectorStoreSearchResponse]]:
    """Look for pieces of files."""
    return post(f"{_one(vector_store_id)}/search", CursorPage[VectorStoreSearchResponse], params)


def _one(vector_store_id: str) -> str:
    return path("/vector_stores/{vector_store_id}", vector_store_id=vector_store_id)
