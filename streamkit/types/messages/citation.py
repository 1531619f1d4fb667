"""The sources that pieces of a text refer to."""

from __future__ import annotations

from typing import ClassVar, Literal

from streamkit._core.wire import Wire

__all__ = [
    "CitationCharLocation",
    "CitationContentBlockLocation",
    "CitationPageLocation",
    "CitationsSearchResultLocation",
    "CitationsWebSearchResultLocation",
    "TextCitation",
]


class _Citation(Wire, tag_field="type"):
    cited_text: str = ""


class _DocumentCitation(_Citation, tag_field="type"):
    document_index: int = 0
    document_title: str | None = None
    file_id: str | None = None


class CitationCharLocation(_DocumentCitation, tag_field="type", tag="char_location"):
    """A place in a plain text document."""

    type: ClassVar[Literal["char_location"]] = "char_location"
    start_char_index: int = 0
    end_char_index: int = 0


class CitationPageLocation(_DocumentCitation, tag_field="type", tag="page_location"):
    """Some pages of a PDF document."""

    type: ClassVar[Literal["page_location"]] = "page_location"
    start_page_number: int = 0
    end_page_number: int = 0


class CitationContentBlockLocation(
    _DocumentCitation, tag_field="type", tag="content_block_location"
):
    """Some blocks of a document that is made of blocks."""

    type: ClassVar[Literal["content_block_location"]] = "content_block_location"
    start_block_index: int = 0
    end_block_index: int = 0


class CitationsWebSearchResultLocation(
    _Citation, tag_field="type", tag="web_search_result_location"
):
    """A page that a web search found."""

    type: ClassVar[Literal["web_search_result_location"]] = "web_search_result_location"
    encrypted_index: str = ""
    title: str | None = None
    url: str = ""


class CitationsSearchResultLocation(_Citation, tag_field="type", tag="search_result_location"):
    """Some blocks of a search result of the caller's."""

    type: ClassVar[Literal["search_result_location"]] = "search_result_location"
    search_result_index: int = 0
    source: str = ""
    start_block_index: int = 0
    end_block_index: int = 0
    title: str | None = None


TextCitation = (
    CitationCharLocation
    | CitationPageLocation
    | CitationContentBlockLocation
    | CitationsWebSearchResultLocation
    | CitationsSearchResultLocation
)
"""A citation of any kind, distinguished by ``type``."""
