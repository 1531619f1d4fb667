"""The search for an error report never fails, whatever JSON a server sends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.reports import ended_with_error, report_in, reported, text_of

NAMES = [
    *("error", "errors", "message", "msg", "detail", "code", "status", "type", "object", "data"),
    *("success", "choices", "result", "base_resp", "status_code", "delta"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(value=JSON)
def test_any_json_reports_an_error_with_a_text_or_none(value: Any) -> None:
    report = report_in(value)
    assert report is None or isinstance(text_of(report), str)
    error = reported(json.dumps(value))
    assert error.message


@given(value=JSON, name=st.sampled_from(["error", "errors"]))
def test_an_error_that_is_not_empty_is_always_reported(value: Any, name: str) -> None:
    report = report_in({"type": "ping", name: value})
    assert (report is None) <= (not value or name == "errors")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("too hot", "too hot"),
        ({"message": "too hot", "detail": "no"}, "too hot"),
        ({"msg": "too hot"}, "too hot"),
        ({"message": "", "detail": "too hot"}, "too hot"),
        ({"message": {"text": "too hot"}}, '{"text": "too hot"}'),
        ({"code": 5}, '{"code": 5}'),
        ({"error": True, "message": None}, '{"error": true, "message": null}'),
        ([1], "[1]"),
        (5, "5"),
    ],
)
def test_the_text_of_an_error_is_what_it_says_to_people(error: Any, text: str) -> None:
    assert text_of(error) == text


WORDS: list[dict[str, Any]] = [
    {"err": "too hot"},
    {"err": {"msg": "too hot"}, "Error": None},
    {"Error": {"Message": "too hot", "Code": "Throttling"}},
    {"choices": [{"index": 0, "delta": {}, "err": "too hot"}]},
    {"type": "response.failed", "response": {"error": {"code": "x", "message": "too hot"}}},
    {"type": "response.failed", "response": {"error": "too hot"}},
]


@pytest.mark.parametrize("value", WORDS)
def test_an_error_has_its_own_words_wherever_it_stands(value: Any) -> None:
    report = report_in(value)
    assert report is not None
    assert text_of(report) == "too hot"


@pytest.mark.parametrize("value", [{"err": ""}, {"err": 0}, {"err": "ok"}, {"Error": None}])
def test_an_error_of_nothing_is_none(value: Any) -> None:
    assert report_in(value | {"choices": [{"index": 0}]}) is None


@pytest.mark.parametrize("code", [200, "201", 0, "00", 302, "OK", "success", ""])
def test_a_code_of_success_is_no_error(code: Any) -> None:
    assert report_in({"code": code, "message": "all is well", "type": "status"}) is None
    assert report_in({"code": code, "message": "all is well"}) is None


@pytest.mark.parametrize("code", [400, 1, -1, "1008", "InvalidParameter", 1e9, 600])
def test_any_other_code_with_a_message_is_an_error(code: Any) -> None:
    body = {"code": code, "message": "too hot"}
    assert report_in(body) == body
    assert report_in({"data": body}) == body


@pytest.mark.parametrize("reason", [None, "", "stop", "length", "error_free"])
def test_other_finish_reasons_are_no_errors(reason: str | None) -> None:
    assert ended_with_error(0, reason) is None
