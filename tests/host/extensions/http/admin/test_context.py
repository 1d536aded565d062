"""What those who answer for the administration have at hand."""

import json

import pytest

from tests.host.extensions.http.serving import FakeHost, http_function
from webpubsub.host.extensions.http.admin.context import (
    AdminContext,
    json_answer,
    not_found,
    problem,
)
from webpubsub.host.function_report import FunctionReport


@pytest.mark.parametrize(("name", "is_there"), [("f", True), ("F", True), ("g", False)])
def test_functions_are_found_in_any_letter_case(name: str, is_there: bool) -> None:
    """As the host takes their names."""
    host = FakeHost(FunctionReport("f", http_function("f")))
    context = AdminContext(host=host, restart=host.restart, keys=None, url_of=lambda _: None)
    assert (context.function(name) is not None) is is_there


def test_answers_are_json_and_refusals_are_text() -> None:
    """Programs read the former, people the latter."""
    answer = json_answer({"a": "ä"}, 201)
    assert isinstance(answer.body, bytes)
    assert (answer.status, json.loads(answer.body)) == (201, {"a": "ä"})
    assert answer.headers == [("Content-Type", "application/json; charset=utf-8")]
    assert (problem(400, "No.").status, problem(400, "No.").body) == (400, b"No.")
    assert not_found("key 'a'").body == b"There is no key 'a'."
