"""Birth dates guessed at once through the page: five tries, one lock, one call."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client

from patients.models import PatientLink, Task
from tests.pages.by_link import Holder, visit_by_link

pytestmark = pytest.mark.usefixtures("committed_db")

RIVALS = 8


def test_birth_dates_guessed_at_once_are_five_tries_and_one_call_task():
    holder, _ = visit_by_link()
    start, answers = Barrier(RIVALS), []

    def rival():
        browser = Holder(holder.patient, holder.link, Client())
        try:
            start.wait()
            answers.append(browser.prove(date(1970, 1, 2)).content.decode())
        finally:
            connection.close()

    rivals = [Thread(target=rival) for _ in range(RIVALS)]
    for thread in rivals:
        thread.start()
    for thread in rivals:
        thread.join()

    link = PatientLink.objects.get(pk=holder.link.pk)
    assert [
        sum(f"Tries left: {left}" in a for a in answers) for left in (4, 3, 2, 1)
    ] == [1, 1, 1, 1]
    assert link.failures == 5
    assert link.locked_at
    assert Task.objects.filter(kind="call_patient").count() == 1
