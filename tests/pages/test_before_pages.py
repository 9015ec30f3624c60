"""Before a visit, by link: how to prepare, the first questions, a new time."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from core.models import FailedReaction, JournalEntry
from notifications.models import Message
from notifications.services.checking import faults
from notifications.services.planning import replan
from patients.models import Task
from procedures.models import InstrumentResponse
from scheduling.booking import book
from scheduling.models import Appointment
from tests.clinics.conftest import browser
from tests.factories import procedures as make
from tests.pages.before_by_link import BOOKED, START, holder, missed, texted

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.open_site()


def let_in(path, purpose, visit):
    """Let somebody in by the visit's link of that purpose."""
    found = holder(path, purpose, visit)
    assert found.prove().status_code == 303
    assert not list(FailedReaction.objects.values_list("error", "place"))
    return found


def test_the_list_names_its_days_and_moves_with_the_visit(place):
    path = make.approved(place)
    visit = texted(place, path, "bmc-ultrasound")
    found = let_in(path, "prepare", visit)

    page = found.page("/v/prepare/")
    assert "Tuesday, September 29, 2026, 9:00 AM" in page
    assert "From Tuesday, September 22" in page
    assert "ibuprofen" in page

    book.move(
        appointment_id=visit.pk,
        start=START + timedelta(days=7),
        version=visit.version,
        reason="asked",
        by=place.actor("coordinator"),
        now=BOOKED + timedelta(hours=1),
    )
    page = found.page("/v/prepare/")
    assert "From Tuesday, September 29" in page
    assert "On Tuesday, October 6" in page


def test_the_list_is_read_in_spanish(place):
    path = make.approved(place)
    visit = texted(place, path, "bmc-ultrasound")

    page = let_in(path, "prepare", visit).page("/v/prepare/?lang=es")

    assert "Desde el martes 22 de septiembre" in page
    assert "Deje las tabletas" in page


def test_the_visit_s_page_leads_to_its_list(place):
    path = make.approved(place)
    visit = texted(place, path, "bmc-ultrasound")

    page = let_in(path, "confirm", visit).page("/v/visit/")

    assert 'href="/v/prepare/"' in page
    assert 'href="/v/questions/"' not in page


@pytest.fixture
def asked(place):
    """An enquirer's episode and the consultation, whose questions are open."""
    path = make.episode(place)
    visit = texted(place, path, "consultation")
    return path, visit, let_in(path, "confirm", visit)


def test_answers_before_the_consultation_are_the_baseline(place, asked):
    path, _visit, found = asked
    assert Message.objects.filter(kind="questionnaire", state="scheduled").exists()
    page = found.page("/v/questions/")
    names = [part.partition('"')[0] for part in page.split('name="q-')[1:]]
    given = {f"q-{name}": "2" for name in dict.fromkeys(names)}

    sent = found.browser.post("/v/questions/", given)

    assert (sent.status_code, sent.url) == (303, "/v/questions/done/")
    kept = InstrumentResponse.objects.filter(episode=path, occasion="baseline")
    assert {row.instrument.key for row in kept} == {"nrs", "koos_jr"}
    assert all(row.score is not None for row in kept)
    assert not list(FailedReaction.objects.values_list("error", "place"))
    assert not Message.objects.filter(kind="questionnaire", state="scheduled").exists()
    assert [fault.text for fault in faults(BOOKED)] == []
    assert JournalEntry.objects.filter(name="episode.baseline_answered").count() == 1


def test_the_evaluation_s_form_shows_what_was_answered_before(place, asked):
    path, _visit, found = asked
    clinician = browser(place.people["clinician"])
    form = reverse("staff:act", kwargs={"episode_id": path.pk, "act": "evaluate"})
    assert "Told before" not in clinician.get(form).content.decode()
    page = found.page("/v/questions/")
    names = [part.partition('"')[0] for part in page.split('name="q-')[1:]]
    given = {f"q-{name}": "2" for name in dict.fromkeys(names)} | {"q-nrs": "7"}
    found.browser.post("/v/questions/", given)

    fields = clinician.get(form).context["form"].fields

    assert "on Sep 2, 2026: 7." in fields["nrs"].help_text
    assert "KOOS" in fields["prom_instrument"].help_text
    assert "on Sep 2, 2026: 2 2 2 2 2 2 2." in fields["prom_items"].help_text


def test_questions_are_answered_once(asked):
    _path, _, found = asked
    found.browser.post("/v/questions/", {"q-nrs": "6"})

    again = found.browser.post("/v/questions/", {"q-nrs": "1"})

    assert again.status_code == 200
    assert InstrumentResponse.objects.get().answers == {
        InstrumentResponse.objects.get().instrument.definition["items"][0]["key"]: 6
    }


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "Nothing was answered"),
        ({"q-nrs": "11"}, "whole number"),
        ({"q-nrs": "x" * 300}, "whole number"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(asked, given, text):
    _, _, found = asked

    answer = found.browser.post("/v/questions/", given)

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not InstrumentResponse.objects.exists()


def test_an_evaluation_ends_the_questions(place, asked):
    path, _visit, found = asked

    make.done(make.act(place, path, "evaluate", make.evaluation(), now=BOOKED))

    assert not Message.objects.filter(kind="questionnaire", state="scheduled").exists()
    assert "nothing to answer" in found.page("/v/questions/")


def missed_and_let_in(place, path, visit_type):
    visit, found = missed(place, path, visit_type)
    assert found.prove().status_code == 303
    return visit, found


def openings(page):
    return [part.partition('"')[0] for part in page.split('name="start" value="')[1:]]


def test_who_missed_a_consultation_takes_a_real_opening(place):
    path = make.episode(place)
    visit, found = missed_and_let_in(place, path, "consultation")

    free = openings(found.page("/v/new-time/"))
    sent = found.browser.post("/v/new-time/", {"start": free[0]})

    assert all(
        datetime.fromisoformat(one) >= START + timedelta(hours=4) for one in free
    )
    assert sent.url == "/v/new-time/booked/"
    new = Appointment.objects.exclude(pk=visit.pk).get()
    assert (new.start.isoformat(), new.status) == (free[0], "booked")
    assert "You have a new visit already" in found.page("/v/new-time/")
    replan(subject=f"appointment:{visit.pk}", now=START + timedelta(hours=1))
    assert not Message.objects.filter(kind="missed", state="scheduled").exists()


def test_a_procedure_is_asked_for(place):
    path = make.approved(place)
    visit, found = missed_and_let_in(place, path, "bmc-ultrasound")

    free = openings(found.page("/v/new-time/"))
    sent = found.browser.post("/v/new-time/", {"start": free[0]})

    assert sent.url == "/v/new-time/asked/"
    assert Appointment.objects.count() == 1
    task = Task.objects.get(subject=f"appointment:{visit.pk}")
    assert "asks for a new time" in task.text


@pytest.mark.parametrize(
    "start", ["", "nonsense", "2026-10-01T09:00", "2026-10-04T09:00:00-05:00"]
)
def test_a_time_that_is_not_free_is_not_booked(place, start):
    path = make.episode(place)
    _, found = missed_and_let_in(place, path, "consultation")

    sent = found.browser.post("/v/new-time/", {"start": start})

    assert sent.status_code in (409, 422)
    assert Appointment.objects.count() == 1
