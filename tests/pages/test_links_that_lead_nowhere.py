"""A link that has ended, is forged or was cut: a way on for each, and no data."""

from datetime import timedelta

import pytest
from django.test import Client

from core import clock
from core.actor import job
from notifications.models import Asked, MailboxItem, Message
from notifications.services import sending
from pages.patient.texts import TEXTS
from patients.models import PatientLink, Task
from patients.services import consents, departures, links
from scheduling.booking import book
from tests.factories import clinics as people
from tests.pages.by_link import BEFORE, Holder, visit_by_link

EN, ES = TEXTS["en"], TEXTS["es"]
BY = job("tests")


@pytest.fixture
def holder(db):
    """Somebody who takes texts; their link to a visit to come has ended."""
    found, _ = visit_by_link(sms_consent=True)
    sending.send_due(as_of=clock.now())
    end(found)
    return found


def end(found):
    PatientLink.objects.filter(pk=found.link.pk).update(
        expires_at=clock.now() - timedelta(days=1)
    )


def ask(holder):
    answer = holder.browser.post(f"{holder.address}new/", follow=True)
    return answer.content.decode()


def sent():
    sending.send_due(as_of=clock.now())
    return list(MailboxItem.objects.filter(message_ref__in=new()).order_by("id"))


def new():
    return Message.objects.filter(kind="new_link").values("pk")


def test_a_new_link_goes_to_the_known_number_and_opens_the_visit(holder):
    page = ask(holder)
    [arrived] = sent()

    token = links.token(holder.link)
    assert EN["new_link_title"] in page
    assert token not in page.replace(f"/v/{token}/new/", "")
    assert f"/v/{token}/" in arrived.body
    assert holder.browser.get(holder.address).status_code == 200
    assert holder.prove().status_code == 303
    row = Message.objects.get(kind="new_link")
    assert "/v/•••/" in row.body
    assert token not in row.body


def test_a_new_link_comes_at_night_too_as_somebody_waits_for_it(holder):
    clock.set_to(BEFORE.replace(hour=23))
    end(holder)

    ask(holder)

    assert len(sent()) == 1


def test_whoever_asks_again_at_once_gets_the_same_answer_and_no_second_link(holder):
    first, second = ask(holder), ask(holder)
    sent()
    end(holder)
    third = ask(holder)

    assert first == second == third
    assert len(sent()) == 1


def test_three_a_day_are_the_most(holder):
    start = clock.now()
    for hour in range(6):
        clock.set_to(start + timedelta(hours=2 * hour))
        end(holder)
        ask(holder)

    assert Asked.objects.count() == 3


def nobody_to_write_to(holder):
    consents.withdraw(
        patient_id=holder.patient.pk,
        channel="sms",
        by=BY,
        now=clock.now(),
    )


def visit_is_off(holder):
    visit_id = holder.link.subject.partition(":")[2]
    found = book.cancel(
        appointment_id=visit_id, version=1, reason="x", by=BY, now=clock.now()
    )
    assert found.status == "cancelled"


@pytest.mark.parametrize("change", [nobody_to_write_to, visit_is_off])
def test_the_answer_is_the_same_where_nothing_can_be_sent_and_somebody_calls(
    holder, change
):
    usual = ask(holder)
    Asked.objects.all().delete()

    change(holder)
    end(holder)

    assert ask(holder) == usual
    assert sent() == []
    task = Task.objects.get(text__contains="asked for a new link")
    assert task.patient == holder.patient


def test_nobody_writes_to_or_calls_a_patient_who_died(holder):
    departures.record(
        patient_id=holder.patient.pk, kind="deceased", source="Kin", by=BY, now=BEFORE
    )

    assert EN["new_link_title"] in ask(holder)
    assert sent() == []
    assert not Task.objects.filter(text__contains="new link").exists()


def test_a_link_that_still_opens_is_not_sent_again(holder):
    PatientLink.objects.update(expires_at=clock.now() + timedelta(days=1))

    answer = holder.browser.post(f"{holder.address}new/")

    assert answer["Location"] == holder.address
    assert not Asked.objects.exists()


BROKEN = ["x" * 22, "x", "x" * 21, "x" * 400, "not-a-link", "%F0%9F%98%80"]


@pytest.mark.parametrize("token", BROKEN)
@pytest.mark.parametrize("page", ["", "new/", "mail/"])
@pytest.mark.parametrize(("language", "words"), [("en", EN), ("es", ES)])
def test_a_link_that_is_none_of_ours_shows_how_to_reach_every_clinic(
    db, token, page, language, words
):
    clinic, other = people.clinic(), people.clinic()

    answer = Client().get(f"/v/{token}/{page}?lang={language}")

    shown = answer.content.decode()
    assert answer.status_code == 404
    assert words["unknown_title"] in shown
    assert words["gone_title"] not in shown
    for one in (clinic, other):
        assert f'href="tel:{one.phone}"' in shown


@pytest.mark.parametrize("token", BROKEN)
def test_nothing_can_be_asked_for_with_such_a_link(db, token):
    people.clinic()

    assert Client().post(f"/v/{token}/new/").status_code == 404
    assert not Asked.objects.exists()


def test_a_page_that_closed_names_the_clinics_as_well(db):
    clinic = people.clinic()

    answer = Client().get("/v/visit/")

    assert answer.status_code == 403
    assert f'href="tel:{clinic.phone}"' in answer.content.decode()


def test_another_browser_with_the_ended_link_learns_nothing_of_the_patient(holder):
    stranger = Holder(holder.patient, holder.link, Client())

    page = ask(stranger)

    assert holder.patient.given_name not in page
    assert holder.patient.family_name not in page


def test_a_wish_that_cannot_be_planned_keeps_nothing_else_from_leaving(
    holder, monkeypatch
):
    ask(holder)

    def fail(*_, **__):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("notifications.services.asking.replan", fail)
        assert sent() == []
    assert len(sent()) == 1


def test_a_link_that_ends_while_its_page_is_open_says_so_too(holder):
    PatientLink.objects.update(expires_at=clock.now() + timedelta(minutes=10))
    holder.prove()
    clock.set_to(clock.now() + timedelta(minutes=11))

    answer = holder.browser.get("/v/visit/")

    shown = answer.content.decode()
    assert answer.status_code == 403
    assert EN["gone_button"] in shown
    assert f'href="tel:{holder.clinic.phone}"' in shown
