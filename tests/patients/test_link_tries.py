"""Wrong birth dates are counted by real commits, whatever the page answers."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection

from core import db
from patients.models import PatientLink, Task
from patients.services import links
from tests.factories.clinics import NOW
from tests.factories.patients import link, patient

pytestmark = pytest.mark.usefixtures("committed_db")

WRONG = date(1970, 1, 1)


def guess(token):
    return links.prove_birth_date(token=token, birth_date=WRONG, now=NOW)


def page_that_breaks(token):
    """Proves before its own unit of work, as pages do, and then fails."""
    guess(token)
    raise RuntimeError("the page broke")


def test_a_wrong_guess_counts_even_though_the_page_fails_afterwards():
    token = links.token(link(patient()))

    with pytest.raises(RuntimeError):
        page_that_breaks(token)

    assert PatientLink.objects.get().failures == 1


def test_inside_a_unit_of_work_the_count_commits_with_it():
    token = links.token(link(patient()))

    answer = db.unit_of_work(lambda: guess(token))

    assert answer == links.Wrong(left=4)
    assert PatientLink.objects.get().failures == 1


def test_eight_guesses_at_once_are_five_tries_and_one_call_task():
    token = links.token(link(patient()))
    start, answers = Barrier(8), []

    def rival():
        try:
            start.wait()
            answers.append(guess(token))
        finally:
            connection.close()

    rivals = [Thread(target=rival) for _ in range(8)]
    for thread in rivals:
        thread.start()
    for thread in rivals:
        thread.join()

    left = sorted(answer.left for answer in answers if answer != links.Locked())
    assert left == [1, 2, 3, 4]
    assert answers.count(links.Locked()) == 4
    assert Task.objects.count() == 1
