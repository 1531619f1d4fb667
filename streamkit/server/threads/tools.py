"""The tools and tool resources in requests for assistants, threads and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.call import not_found
from streamkit.server.chat.request import FunctionTool
from streamkit.server.chat.rules import check_format, check_function
from streamkit.server.sampling.budget import Budget
from streamkit.server.vector_stores.stores import new_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit.server.call import Call
    from streamkit.server.store import Document
    from streamkit.server.threads.requests import Tool, ToolResources


def check(tools: Sequence[Tool] | None, response_format: object) -> None:
    """Raise the API's error when a schema of a tool or of the response format is unusable."""
    budget = Budget()
    for position, tool in enumerate(tools or ()):
        if isinstance(tool, FunctionTool):
            check_function(tool, position, budget)
    check_format(response_format, budget)


def resources(call: Call, given: ToolResources | None) -> Document | None:
    """Create the vector stores of tool resources, and return the resources as the API shows them.

    Raises:
        ApiError: A vector store or a file does not exist.
    """
    if given is None:
        return None
    shown: Document = {}
    if given.code_interpreter is not None:
        for id in given.code_interpreter.file_ids:
            if call.store.find("file", id) is None:
                raise not_found("file", id)
        shown["code_interpreter"] = {"file_ids": given.code_interpreter.file_ids}
    if given.file_search is not None:
        ids = given.file_search.vector_store_ids
        for id in ids:
            if call.store.find("vector_store", id) is None:
                raise not_found("vector_store", id)
        made = [new_store(call, asked).id for asked in given.file_search.vector_stores]
        shown["file_search"] = {"vector_store_ids": [*ids, *made]}
    return shown
