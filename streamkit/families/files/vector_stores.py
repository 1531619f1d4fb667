"""The calls for vector stores. No I/O.

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
    """The changeable fields of a vector store."""

    expires_after: Mapping[str, Any] | Wire | NotGiven | None
    metadata: Mapping[str, str] | NotGiven | None
    name: str | NotGiven | None


class VectorStoreCreateParams(VectorStoreUpdateParams, total=False):
    """The fields of a new vector store."""

    chunking_strategy: Mapping[str, Any] | Wire | NotGiven
    description: str | NotGiven
    file_ids: Sequence[str] | NotGiven


class VectorStoreSearchParams(RequestOptions, total=False):
    """The query of a search, and its options."""

    query: Required[str | Sequence[str]]
    filters: Mapping[str, Any] | NotGiven
    max_num_results: int | NotGiven
    ranking_options: Mapping[str, Any] | NotGiven
    rewrite_query: bool | NotGiven


def create(params: Mapping[str, Any]) -> Call[VectorStore]:
    """Return the call that creates a vector store."""
    return post("/vector_stores", VectorStore, params)


def retrieve(vector_store_id: str, params: Mapping[str, Any]) -> Call[VectorStore]:
    """Return the call that fetches a vector store."""
    return get(_one(vector_store_id), VectorStore, params)


def update(vector_store_id: str, params: Mapping[str, Any]) -> Call[VectorStore]:
    """Return the call that changes a vector store."""
    return post(_one(vector_store_id), VectorStore, params)


def list_(params: Mapping[str, Any]) -> Call[CursorPage[VectorStore]]:
    """Return the call that fetches the vector stores."""
    return get("/vector_stores", CursorPage[VectorStore], params)


def delete_(vector_store_id: str, params: Mapping[str, Any]) -> Call[VectorStoreDeleted]:
    """Return the call that deletes a vector store; its files remain."""
    return delete(_one(vector_store_id), VectorStoreDeleted, params)


def search(
    vector_store_id: str, params: Mapping[str, Any]
) -> Call[CursorPage[VectorStoreSearchResponse]]:
    """Return the call that searches for pieces of files."""
    return post(f"{_one(vector_store_id)}/search", CursorPage[VectorStoreSearchResponse], params)


def _one(vector_store_id: str) -> str:
    return path("/vector_stores/{vector_store_id}", vector_store_id=vector_store_id)
