"""A request that is not found because of its base URL says so, in the error's notes."""

from __future__ import annotations

import httpx
import pytest

from streamkit import NotFoundError, OpenAI
from streamkit._http.errors import status_error
from streamkit.cli.failures import described
from streamkit.proxy.failures import failure_of

UNVERSIONED = "base_url has no path; that of most APIs ends with /v1"
OF_A_RESOURCE = "base_url has the path of a resource; that of most APIs ends with /v1"


@pytest.mark.parametrize(
    ("base_url", "notes"),
    [
        ("http://api.test", [UNVERSIONED]),
        ("http://api.test/", [UNVERSIONED]),
        ("http://api.test/v1/chat/completions", [OF_A_RESOURCE]),
        ("http://api.test/v1/completions", [OF_A_RESOURCE]),
        ("http://api.test/v1", []),
        ("http://api.test/api", []),
    ],
)
def test_what_is_not_found_names_what_is_odd_about_the_base_url(
    base_url: str, notes: list[str]
) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(404, text="page not found"))
    with (
        httpx.Client(transport=transport) as http_client,
        OpenAI(base_url=base_url, api_key="k", http_client=http_client) as client,
        pytest.raises(NotFoundError) as caught,
    ):
        client.chat.completions.create(model="m", messages=[])
    assert str(caught.value) == "Error code: 404 - page not found"
    assert getattr(caught.value, "__notes__", []) == notes
    assert described(caught.value).split("\n")[1:] == notes
    assert failure_of(caught.value).message == "; ".join([str(caught.value), *notes])


@pytest.mark.parametrize(("status", "path"), [(400, "/chat/completions"), (404, "/v1/messages")])
def test_other_errors_have_no_notes(status: int, path: str) -> None:
    request = httpx.Request("POST", f"http://api.test{path}")
    error = status_error(httpx.Response(status, request=request), b"")
    assert not hasattr(error, "__notes__")
