"""The texts and files that a run reads before it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.server.store import Document, Record, Store


def prompt_of(store: Store, thread: str) -> str:
    """Return the text of the last user message; empty when there is none."""
    asked = {"document.role": "user"}
    for message in store.select(
        "thread.message", owner=thread, where=asked, descending=True, limit=1
    ):
        return text_of(message.document)
    return ""


def words_of(store: Store, run: Record) -> Iterator[str]:
    """Yield the texts of a run's prompt: its instructions, and messages that are not its own."""
    yield run.document["instructions"]
    for message in store.select("thread.message", owner=run.owner):
        if message.document["run_id"] != run.id:
            yield text_of(message.document)


def sources_of(store: Store, run: Document) -> list[Document]:
    """Return the files in the vector stores of a run's assistant and thread."""
    found: list[Document] = []
    for kind, id in (("assistant", run["assistant_id"]), ("thread", run["thread_id"])):
        record = store.find(kind, id)
        resources: Document = (record.document["tool_resources"] if record else None) or {}
        search: Document = resources.get("file_search", {})
        for name in search.get("vector_store_ids", ()):
            for member in store.select("vector_store.file", owner=name):
                file = store.find("file", member.id)
                found += [file.document] if file else []
    return found


def text_of(message: Document) -> str:
    """Return all text of a message."""
    blocks = [block for block in message["content"] if block["type"] == "text"]
    return "\n".join(block["text"]["value"] for block in blocks)
