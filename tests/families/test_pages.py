"""Lists are fetched page by page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from streamkit import APIStatusError, AsyncOpenAI, OpenAI
from tests.http_server import ScriptedServer, response

if TYPE_CHECKING:
    from collections.abc import Sequence


def page(*ids: str, **fields: Any) -> list[bytes]:
    data = [{"id": id} for id in ids]
    return [response(body=json.dumps({"data": data, **fields}).encode())]


TWO = [
    page("a", "b", has_more=True, first_id="a", last_id="b"),
    page("c", has_more=False, first_id="c", last_id="c"),
]


def cursors(server: ScriptedServer) -> list[str | None]:
    queries = [parse_qs(urlsplit(request.target).query) for request in server.requests]
    return [query.get("after", [None])[0] for query in queries]


def listed(server: ScriptedServer, **params: Any) -> list[str]:
    with OpenAI(base_url=server.url, api_key="k", max_retries=0) as client:
        return [file.id for file in client.files.list(**params)]


async def listed_async(server: ScriptedServer, **params: Any) -> list[str]:
    async with AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0) as client:
        return [file.id async for file in client.files.list(**params)]


async def test_iterating_goes_through_all_pages() -> None:
    with ScriptedServer(*TWO) as server:
        assert listed(server, limit=2) == ["a", "b", "c"]
        assert cursors(server) == [None, "b"]
        assert all("limit=2" in request.target for request in server.requests)
    with ScriptedServer(*TWO) as server:
        assert await listed_async(server, limit=2) == ["a", "b", "c"]
        assert cursors(server) == [None, "b"]


@pytest.mark.parametrize(
    ("pages", "ids", "asked"),
    [
        ([page(has_more=True)], [], [None]),
        ([page("a", has_more=False)], ["a"], [None]),
        # Servers that report neither whether there are more items, nor the id of the last item.
        ([page("a", "b"), page("c"), page()], ["a", "b", "c"], [None, "b", "c"]),
        ([[response(body=b'{"data": [{}], "has_more": true}')]], [""], [None]),
        ([[response(body=b"{}")]], [], [None]),
    ],
    ids=["empty", "one page", "silent server", "no id", "no data"],
)
async def test_a_list_ends_where_the_server_has_no_more(
    pages: Sequence[list[bytes]], ids: list[str], asked: list[str | None]
) -> None:
    with ScriptedServer(*pages) as server:
        assert listed(server) == ids
        assert cursors(server) == asked
    with ScriptedServer(*pages) as server:
        assert await listed_async(server) == ids
        assert cursors(server) == asked


def test_a_server_that_knows_no_cursor_is_not_asked_for_ever() -> None:
    with ScriptedServer(page("a", has_more=True)) as server:
        assert listed(server) == ["a", "a"]
        assert cursors(server) == [None, "a"]


def test_leaving_early_asks_for_no_more() -> None:
    with ScriptedServer(*TWO) as server:
        with OpenAI(base_url=server.url, api_key="k") as client:
            assert next(iter(client.files.list())).id == "a"
        assert cursors(server) == [None]


def test_a_page_can_be_read_by_itself() -> None:
    with ScriptedServer(*TWO) as server:
        with OpenAI(base_url=server.url, api_key="k") as client:
            first = client.files.list()
            assert [file.id for file in first.data] == ["a", "b"]
            assert (first.has_more, first.first_id, first.last_id) == (True, "a", "b")
            assert first.has_next_page()
            assert first.to_dict()["last_id"] == "b"
            assert "SyncCursorPage(CursorPage(data=[FileObject(id='a')" in repr(first)
            second = first.get_next_page()
            assert second is not None
            assert [file.id for file in second.data] == ["c"]
            assert not second.has_next_page()
            assert second.get_next_page() is None
            assert cursors(server) == [None, "b"]


async def test_an_async_list_can_be_awaited_for_its_first_page() -> None:
    with ScriptedServer(*TWO) as server:
        async with AsyncOpenAI(base_url=server.url, api_key="k") as client:
            pages = client.files.list()
            assert not server.requests
            first = await pages
            assert [file.id for file in first.data] == ["a", "b"]
            assert [[file.id for file in page.data] async for page in first.iter_pages()] == [
                ["a", "b"],
                ["c"],
            ]
            assert cursors(server) == [None, "b"]


def test_options_go_with_every_page() -> None:
    with ScriptedServer(*TWO) as server:
        listed(server, extra_headers={"X-A": "a"}, extra_query={"q": "1"})
        assert [request.headers["x-a"] for request in server.requests] == ["a", "a"]
        assert all("q=1" in request.target for request in server.requests)


async def test_a_page_that_fails_is_an_error_after_what_came_before() -> None:
    broken = [response(500)]
    with ScriptedServer(TWO[0], broken) as server:
        seen: list[str] = []
        with OpenAI(base_url=server.url, api_key="k", max_retries=0) as client:
            with pytest.raises(APIStatusError):
                seen.extend(file.id for file in client.files.list())
        assert seen == ["a", "b"]
    with ScriptedServer(TWO[0], broken) as server:
        with pytest.raises(APIStatusError):
            await listed_async(server)


def test_each_page_has_the_request_id_of_its_response() -> None:
    first = [response(body=b"{}", headers=[("x-request-id", "r1")])]
    with ScriptedServer(first) as server:
        with OpenAI(base_url=server.url, api_key="k") as client:
            assert client.files.list().request_id == "r1"
