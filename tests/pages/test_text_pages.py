"""The pages of our words: side by side, tried, sent to oneself, reviewed."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from notifications.domain.templates import VERSIONS
from notifications.models import MailboxItem, Message, TemplateReview
from notifications.services import sending, texts
from tests.clinics.conftest import browser
from tests.factories import clinics as make
from tests.factories.clinics import NOW

TEXTS = reverse("staff:texts")


def address(kind="confirmation", language="es", channel="sms"):
    return reverse("staff:text", args=[kind, language, channel])


@pytest.fixture
def admin(db):
    clock.set_to(NOW)
    return make.membership("admin")


def page(client, path, **data):
    answer = client.post(path, data) if data else client.get(path)
    return answer.content.decode()


def test_english_and_spanish_stand_side_by_side_with_what_they_cost(admin):
    shown = page(browser(admin), TEXTS)

    assert "your visit is {when}. Confirm: {link}" in shown
    assert "su cita es el {when}. Confirme: {link}" in shown
    assert "1 segment: " in shown
    assert "GSM-7" in shown
    assert "To mend" not in shown


def test_every_text_of_the_release_is_sound_and_its_sample_has_no_gaps(admin):
    for pair in texts.pairs(clinic=admin.clinic, now=clock.now()):
        for reading in pair.readings:
            assert reading.faults == (), reading.key
            assert "{" not in reading.sample.title + reading.sample.body, reading.key


def test_a_text_is_shown_as_a_sample_patient_reads_it(admin):
    shown = page(browser(admin), address())

    assert "su cita es el jueves 3 de septiembre a las 9:00 a.m." in shown
    assert f"/v/{'x' * 22}/" in shown
    assert re.search(r"[12] segments?: [0-9]+ characters, GSM-7", shown)


def test_a_text_stands_beside_the_same_one_in_the_other_language(admin):
    spanish = page(browser(admin), address())
    english = page(browser(admin), address(language="en"))

    assert "The same in English" in spanish
    assert "your visit is Thu Sep 3 at 9:00 AM" in spanish
    assert "The same in Spanish" in english
    assert "Not reviewed" in spanish
    assert "Not reviewed" not in english


def test_a_translation_that_fills_in_less_or_more_than_the_source_is_said(admin):
    shown = page(browser(admin), address(), body="{clinic}: {name}su cita {was}.")

    assert "It lacks {link}, which English has." in shown
    assert "It lacks {when}, which English has." in shown
    assert "It has {was}, which English lacks." in shown
    same = page(browser(admin), address(), body="{link} {when} {name} {clinic}")
    assert "which English" not in same


def test_a_wording_is_tried_and_not_kept(admin):
    client = browser(admin)

    shown = page(client, address(), body="{clinc}: ¿su rodilla? 😀")
    again = page(client, address())

    assert "There is no {clinc}. Did you mean {clinic}?" in shown
    assert "No message may say “rodilla”." in shown
    assert "UCS-2" in shown
    assert "rodilla" not in again


def test_an_empty_wording_is_refused_beside_its_field(admin):
    answer = browser(admin).post(address(), {"body": ""})

    assert answer.status_code == 422
    assert b'id="id_body_error"' in answer.content


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_test_goes_to_whoever_asks_marked_as_one(admin, channel):
    admin.user.phone = "+17135550177"
    admin.user.save(update_fields=["phone"])
    path = reverse("staff:text_trial", args=["day_before", "es", channel])

    browser(admin).post(path)
    sending.send_due(as_of=clock.now())

    item = MailboxItem.objects.get()
    assert (item.user, item.channel) == (admin.user, channel)
    assert item.address == (admin.user.email if channel == "email" else "+17135550177")
    assert item.body.startswith("TEST ")
    assert item.title.startswith("TEST: Mañana") == (channel == "email")
    assert "mañana" in item.body
    assert Message.objects.get().kind == "trial"


def test_a_test_is_sent_by_nobody_without_an_address(admin):
    admin.user.phone = ""
    admin.user.save(update_fields=["phone"])
    path = reverse("staff:text_trial", args=["day_before", "es", "sms"])

    answer = browser(admin).post(path, follow=True)
    sending.send_due(as_of=clock.now())

    assert "You have no number or address" in answer.content.decode()
    assert not MailboxItem.objects.exists()


def test_a_test_that_waited_too_long_is_not_sent(admin):
    path = reverse("staff:text_trial", args=["day_before", "es", "email"])

    browser(admin).post(path)
    sending.send_due(as_of=clock.now() + timedelta(hours=2))

    assert not MailboxItem.objects.exists()


def test_the_review_of_a_language_is_of_its_present_version(admin):
    TemplateReview.objects.create(
        clinic=admin.clinic,
        language="es",
        version=VERSIONS["es"] - 1,
        reviewed_by="x",
        reviewed_at=NOW,
    )
    client = browser(admin)
    before = page(client, TEXTS)

    client.post(reverse("staff:texts_review", args=["es"]))
    after = page(client, TEXTS)

    assert "Not reviewed" in before
    assert f"Version {VERSIONS['es'] - 1} was reviewed" in before
    assert "Not reviewed" not in after
    assert TemplateReview.objects.filter(version=VERSIONS["es"]).exists()


def test_only_an_administrator_reviews_and_everybody_reads(admin):
    nurse = browser(make.membership("nurse", admin.clinic))

    assert nurse.get(TEXTS).status_code == 200
    assert nurse.post(reverse("staff:texts_review", args=["es"])).status_code == 403
    assert not TemplateReview.objects.exists()


@pytest.mark.parametrize(
    "path", ["/staff/texts/no/es/sms/", "/staff/texts/moved/fr/sms/"]
)
def test_a_text_there_is_not_is_not_found(admin, path):
    assert browser(admin).get(path).status_code == 404
    assert browser(admin).post(f"{path}trial/").status_code == 404


def test_there_is_no_review_of_a_language_without_texts(admin):
    path = reverse("staff:texts_review", args=["fr"])

    assert browser(admin).post(path).status_code == 404
