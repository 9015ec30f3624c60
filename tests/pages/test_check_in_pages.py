"""The check-in by link: one question a page, resumed, reviewed, sent once."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from core import clock
from core.models import JournalEntry
from pages.patient.texts import EN, ES
from patients.models import PatientLink, Task
from procedures.follow_up import responses
from procedures.follow_up import services as follow_ups
from procedures.models import DraftAnswer, Response
from tests.access import exactly_one_access_row
from tests.factories import procedures as make
from tests.factories.scheduling import BY
from tests.pages.by_link import CALM, CHECK_IN, Holder, check_in_by_link

pytestmark = pytest.mark.django_db

REVIEW, DONE = f"{CHECK_IN}review/", f"{CHECK_IN}done/"
CALL = responses.call_text(2, told=True)
SPANISH_CALL = responses.call_text(2, "es", told=True)


@pytest.fixture
def entered():
    return check_in_by_link()


@pytest.fixture
def holder(entered):
    assert entered[0].prove()["Location"] == CHECK_IN
    return entered[0]


@pytest.fixture
def contact(entered):
    return entered[1]


def send(holder):
    return holder.browser.post(REVIEW)


def test_the_start_says_how_long_it_takes_and_what_it_is_not_for(holder):
    page = holder.page(CHECK_IN)

    assert EN["checkin_text"].format(count=6) in page
    assert "911" in page
    assert f'href="{CHECK_IN}1/"' in page
    assert EN["start"] in page


def test_each_page_asks_one_question_and_chooses_nothing(holder):
    for number in range(1, 7):
        page = holder.page(f"{CHECK_IN}{number}/")

        assert page.count("<h1") == 1
        assert EN["progress"].format(number=number, count=6) in page
        assert " checked" not in page


def test_an_answered_link_still_says_thanks_and_what_was_answered(holder, contact):
    holder.answer_all()
    send(holder)
    clock.set_to(make.at("2026-09-25", "10:00"))
    PatientLink.objects.update(expires_at=make.at("2026-09-19", "20:00"))
    later = Holder(holder.patient, holder.link, Client())

    assert EN["birth_date"] in later.page(later.address)
    assert later.prove()["Location"] == CHECK_IN
    page = later.browser.get(CHECK_IN, follow=True).content.decode()

    assert EN["done_title"] in page
    assert "You answered these questions on Friday, September 18, 2026." in page
    assert EN["done_answers"] in page
    assert "36.8" in page
    assert "We will ask you again around" in page
    assert EN["correct"] not in page


def test_a_link_not_answered_in_time_is_not_open_any_more(holder):
    PatientLink.objects.update(expires_at=clock.now() - timedelta(hours=1))
    later = Holder(holder.patient, holder.link, Client())

    assert EN["gone_title"] in later.browser.get(later.address).content.decode()
    assert later.prove().status_code == 404


def test_pain_is_one_of_eleven_choices(holder):
    page = holder.page(f"{CHECK_IN}1/")

    values = re.findall(r'type="radio" name="answer" value="(\d+)"', page)
    assert values == [str(n) for n in range(11)]


def test_opening_its_pages_saves_nothing(holder):
    before = JournalEntry.objects.count()

    for address in (CHECK_IN, f"{CHECK_IN}1/", REVIEW, DONE) * 3:
        holder.browser.get(address)

    assert JournalEntry.objects.count() == before
    assert not DraftAnswer.objects.exists()


def test_what_was_answered_is_shown_when_going_back(holder):
    assert holder.answer(1, "4")["Location"] == f"{CHECK_IN}2/"

    page = holder.page(f"{CHECK_IN}1/")

    assert re.search(r'value="4" checked', page)
    assert page.count(" checked") == 1


def test_it_goes_on_where_it_was_left(holder):
    holder.answer(1, "4")
    holder.answer(2, "")

    later = Holder(holder.patient, holder.link, Client())
    later.prove()
    page = later.page(CHECK_IN)

    assert f'href="{CHECK_IN}3/"' in page
    assert EN["resume"] in page


@pytest.mark.parametrize(
    ("number", "value"), [(1, ""), (1, "11"), (2, "hot"), (3, "x")]
)
def test_an_answer_that_does_not_fit_is_said_and_the_place_is_kept(
    holder, number, value
):
    response = holder.answer(number, value)

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: " in page
    assert 'id="error"' in page
    assert EN["progress"].format(number=number, count=6) in page
    assert not DraftAnswer.objects.exists()


def test_what_was_typed_wrong_can_be_corrected_rather_than_typed_again(holder):
    page = holder.answer(2, "370").content.decode()

    assert 'value="370"' in page
    assert 'aria-describedby="hint error"' in page


def test_a_number_that_asks_nothing_leads_to_the_start(holder):
    for number in (0, 7, 99):
        response = holder.browser.get(f"{CHECK_IN}{number}/")

        assert response["Location"] == CHECK_IN


def test_the_answers_are_checked_before_they_are_sent(holder):
    holder.answer_all(("4", "", "mild", "yes", [], "not_yet"))

    page = holder.page(REVIEW)

    assert page.count(EN["change"]) == 6
    assert EN["no_answer"] in page  # no thermometer
    assert EN["none_of_these"] in page
    assert not Response.objects.exists()


def test_change_leads_back_to_the_review(holder):
    holder.answer_all()
    address = re.findall(rf'href="({CHECK_IN}1/[^"]*)"', holder.page(REVIEW))[0]

    response = holder.browser.post(address, {"answer": "7"})

    assert response["Location"] == REVIEW
    assert DraftAnswer.objects.get(question="nrs").value == 7


def test_the_review_waits_for_the_last_answer(holder):
    holder.answer(1, "4")

    assert holder.browser.get(REVIEW)["Location"] == CHECK_IN
    assert send(holder)["Location"] == CHECK_IN
    assert not Response.objects.exists()


def test_sent_twice_is_one_response(holder, contact):
    holder.answer_all()

    first, second = send(holder), send(holder)

    contact.refresh_from_db()
    assert first["Location"] == second["Location"] == DONE
    assert Response.objects.get().nrs == 4
    assert contact.state == "answered"
    assert EN["done_text"] in holder.page(DONE)


def test_an_answered_check_in_opens_at_its_end(holder):
    holder.answer_all()
    send(holder)

    for address in (CHECK_IN, f"{CHECK_IN}1/", REVIEW):
        assert holder.browser.get(address)["Location"] == DONE
    assert holder.answer(1, "9")["Location"] == DONE
    assert Response.objects.get().nrs == 4


def test_calm_answers_ask_for_nothing_urgent(holder):
    holder.answer_all()

    assert 'class="urgent"' not in holder.page(REVIEW)
    send(holder)
    assert 'class="urgent"' not in holder.page(DONE)
    assert not Task.objects.exists()


def test_an_urgent_answer_says_call_now_before_going_on_and_pages(holder):
    holder.answer(1, "4")
    holder.answer(2, "39.2")

    title, more = CALL
    next_page = holder.page(f"{CHECK_IN}3/")
    assert title in next_page
    assert more in next_page
    assert f'href="tel:{holder.clinic.phone}"' in next_page
    assert next_page.index(title) < next_page.index(EN["continue"])

    for number, value in ((3, "mild"), (4, "yes"), (5, []), (6, "reached")):
        holder.answer(number, value)
    send(holder)
    assert title in holder.page(DONE)
    assert Task.objects.get(kind="red-flag").tier == 2


def test_an_emergency_calls_911_rather_than_the_clinic(holder):
    holder.answer(5, ["chest_pain"])

    page = holder.page(f"{CHECK_IN}1/")

    assert responses.call_text(1)[0] in page
    assert 'href="tel:911"' in page


def test_it_is_asked_in_spanish_from_the_first_page_to_the_last(holder):
    holder.browser.get(f"{CHECK_IN}?lang=es")
    holder.answer(1, "4")
    holder.answer(2, "39.2")

    page = holder.page(f"{CHECK_IN}3/")

    assert '<html lang="es">' in page
    assert SPANISH_CALL[0] in page
    for text in (EN["continue"], EN["back"], EN["help"], CALL[0], "Call "):
        assert text not in page


def test_the_language_switch_keeps_the_answer_not_yet_sent(holder):
    address = f"{CHECK_IN}1/?from=review"
    response = holder.browser.post(address, {"answer": "7", "lang": "es"})

    page = response.content.decode()
    assert response.status_code == 200
    assert ES["progress"].format(number=1, count=6) in page
    assert re.search(r'value="7" checked', page)
    assert not DraftAnswer.objects.exists()


def test_the_language_switch_of_a_page_without_a_form_keeps_the_answers(holder):
    holder.answer_all()

    page = holder.page(f"{REVIEW}?lang=es")

    assert ES["review_title"] in page
    assert DraftAnswer.objects.count() == len(CALM)


@pytest.mark.parametrize("address", [CHECK_IN, f"{CHECK_IN}1/"])
def test_each_page_writes_exactly_one_access_row(holder, address):
    with exactly_one_access_row(patient_ids=[str(holder.patient.pk)]):
        holder.browser.get(address)


def test_a_page_with_an_error_writes_one_as_well(holder):
    with exactly_one_access_row(view="v:question"):
        holder.answer(1, "")


def test_a_missed_check_in_says_whom_to_call(holder, contact):
    contact.state = "missed"
    contact.save(update_fields=["state"])

    page = holder.page(CHECK_IN)

    assert EN["closed_title"] in page
    assert "tel:" in page
    assert not holder.answer(1, "4").has_header("Location")
    assert not DraftAnswer.objects.exists()


def test_a_refused_check_in_is_said_in_the_patients_words(holder):
    holder.answer_all()
    clock.set_to(make.at("2026-09-16", "10:00"))

    response = send(holder)

    page = response.content.decode()
    assert response.status_code == 409
    assert EN["closed_title"] in page
    assert "2026-" not in page
    assert not Response.objects.exists()


def test_the_clinics_job_closes_what_the_page_then_calls_closed(holder, contact):
    late = make.at("2026-12-01", "10:00")

    follow_ups.mark_missed(follow_up_id=contact.pk, by=BY, now=late)

    assert EN["closed_title"] in holder.page(CHECK_IN)
