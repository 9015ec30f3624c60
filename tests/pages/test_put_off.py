"""Words for a person whose form was put off: what happened, and what to do."""

import pytest
from django.test import RequestFactory

from clinics.web import error_pages
from core.idempotency import InProgress

PATH = "/staff/patients/new/"
KEYED = {"idempotency_key": "k"}


def said(problem, fields):
    request = RequestFactory().post(PATH, fields)
    return error_pages.problem(request, problem)


@pytest.mark.parametrize(
    ("problem", "fields", "words"),
    [
        (InProgress(), KEYED, "This is still being done"),
        (error_pages.MaybeSaved(keyed=True), KEYED, "press the button again"),
        (error_pages.MaybeSaved(keyed=False), {}, "Look whether it is there"),
        (error_pages.NoDatabase(), KEYED, "Nothing was changed"),
    ],
)
def test_a_form_put_off_is_told_in_words_for_people(problem, fields, words):
    answer = said(problem, fields)

    text = " ".join(answer.content.decode().split())
    assert answer.status_code == problem.status
    assert int(answer["Retry-After"]) > 0
    assert words in text
    assert "same key" not in text
