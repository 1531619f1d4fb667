"""An error of a poll ends the polling, and knows the id of what was polled."""

from __future__ import annotations

from reactivex import operators as rx

from streamkit import OpenAIError
from streamkit.polling import (
    poll,
)
from tests.polling.jobs import Job, Source, diagram, failure, is_z


def test_an_error_of_fetch_ends_the_polling_and_keeps_the_id() -> None:
    lost = OpenAIError("lost")
    assert diagram(poll(Source(["a", lost, "z"]), is_z, 3)) == "a--#"
    assert lost.resource_id == "job_1"


def test_an_error_of_another_kind_has_the_id_in_a_note() -> None:
    assert failure(poll(Source(["a", OSError("lost")]), is_z, 3)).__notes__ == [
        "It was raised while job_1 was polled."
    ]


def test_an_error_of_the_first_fetch_has_no_id_unless_one_was_given() -> None:
    lost = OpenAIError("lost")
    assert failure(poll(Source([lost]), is_z, 3)).resource_id is None
    assert failure(poll(Source([lost]), is_z, 3, resource_id="job_2")).resource_id == "job_2"


def test_an_error_of_until_ends_the_polling() -> None:
    assert diagram(poll(Source([Job("a"), 3]), is_z, 3)) == "a--#"


def test_polling_can_be_tried_again_and_goes_on() -> None:
    source = Source(["a", OSError("lost"), "z"])
    assert diagram(poll(source, is_z, 3).pipe(rx.retry(2))) == "a--(z,|)"
