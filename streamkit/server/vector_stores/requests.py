"""The bodies of requests about vector stores, as types."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Key = Annotated[str, Meta(max_length=64)]
Value = Annotated[str, Meta(max_length=512)]
Metadata = Annotated[dict[Key, Value], Meta(max_length=16)]
Attributes = Annotated[dict[Key, Value | float | bool], Meta(max_length=16)]


class AutoStrategy(Struct, forbid_unknown_fields=True, tag_field="type", tag="auto"):
    """The chunking that the server decides."""


class Cut(Struct, forbid_unknown_fields=True):
    """The sizes of the chunks that files are cut into."""

    max_chunk_size_tokens: Annotated[int, Meta(ge=100, le=4096)]
    chunk_overlap_tokens: Annotated[int, Meta(ge=0)]


class StaticStrategy(Struct, forbid_unknown_fields=True, tag_field="type", tag="static"):
    """The chunking that the client decides."""

    static: Cut


Strategy = AutoStrategy | StaticStrategy


class Expiry(Struct, forbid_unknown_fields=True):
    """The time that an unused vector store lives."""

    anchor: Literal["last_active_at"]
    days: Annotated[int, Meta(ge=1, le=365)]


class NewStore(Struct, forbid_unknown_fields=True, kw_only=True):
    """A request for a vector store."""

    chunking_strategy: Strategy | None = None
    description: str | None = None
    expires_after: Expiry | None = None
    file_ids: Annotated[list[str], Meta(max_length=500)] = []
    metadata: Metadata | None = None
    name: str | None = None


class ChangedStore(Struct, forbid_unknown_fields=True, kw_only=True):
    """A request to change a vector store."""

    expires_after: Expiry | None = None
    metadata: Metadata | None = None
    name: str | None = None


class NewMember(Struct, forbid_unknown_fields=True, kw_only=True):
    """A request to put a file into a vector store."""

    file_id: str
    attributes: Attributes | None = None
    chunking_strategy: Strategy | None = None


class ChangedMember(Struct, forbid_unknown_fields=True):
    """A request to change the attributes of a file in a vector store."""

    attributes: Attributes | None


class NewBatch(Struct, forbid_unknown_fields=True, kw_only=True):
    """A request to put several files into a vector store, with common or separate settings."""

    file_ids: Annotated[list[str], Meta(max_length=500)] | None = None
    files: Annotated[list[NewMember], Meta(max_length=500)] | None = None
    attributes: Attributes | None = None
    chunking_strategy: Strategy | None = None
