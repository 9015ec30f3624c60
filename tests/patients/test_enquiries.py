"""The public form: taken, capped, trapped, answered, forgotten."""

import json
from datetime import timedelta

import pytest

from core.journal import entries
from core.models import JournalEntry
from core.problems import Invalid, NotFound
from patients import selectors
from patients.domain.enquiry import MOST_FROM_EVERYBODY, MOST_FROM_ONE_SOURCE
from patients.models import ChannelConsent, Enquiry, EnquirySource, Patient, Task
from patients.services import enquiries, enquiry_caps
from patients.tasks import forget_enquiries
from tests.factories import clinics as make
from tests.factories.clinics import NOW
from tests.factories.patients import BORN, BY, enquiry
from tests.patients.conftest import errors_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
LATER = NOW + HOUR


@pytest.fixture
def here():
    return make.clinic()


def convert(of, **fields):
    return enquiries.convert(
        enquiry_id=of.pk, clinic_id=of.clinic_id, by=BY, now=LATER, **fields
    )


def test_an_enquiry_becomes_a_task_of_the_coordinators(here):
    sent = enquiry(here, phone="(713) 555-0142")

    task = Task.objects.get()
    assert sent.phone == "+17135550142"
    assert (task.kind, task.owner_role, task.subject) == (
        "enquiry",
        "coordinator",
        f"enquiry:{sent.pk}",
    )


def test_nothing_personal_stands_in_the_task_or_the_journal(here):
    sent = enquiry(here, message="My knee hurts.")

    said = Task.objects.get().text + "".join(
        entry.payload for entry in JournalEntry.objects.all()
    )

    assert not any(word in said for word in ("Prueba", "Tomás", "0142", "knee"))
    names = [e.name for e in entries(f"enquiry:{sent.pk}")]
    assert names == ["enquiry.received", "task.opened"]


def test_one_click_makes_a_patient_of_it_and_closes_the_task(here):
    sent = enquiry(here, email="T@Example.org", sms_consent=True, language="es")

    tomas = convert(sent)

    assert (tomas.given_name, tomas.birth_date, tomas.language) == ("Tomás", BORN, "es")
    assert selectors.contact(tomas, "sms").value == "+17135550142"
    assert ChannelConsent.objects.get().at == NOW
    assert Task.objects.get().done_at == LATER
    assert Enquiry.objects.get().patient == tomas


def test_the_same_click_twice_is_the_same_patient(here):
    sent = enquiry(here)

    assert convert(sent) == convert(sent)
    assert Patient.objects.count() == 1


def test_without_a_birth_date_it_is_asked_for(here):
    sent = enquiry(here, birth_date=None)

    with pytest.raises(Invalid) as problem:
        convert(sent)
    tomas = convert(sent, birth_date=BORN)

    assert "/birth_date" in errors_of(problem)
    assert tomas.birth_date == BORN


def test_an_enquiry_is_dismissed_with_a_reason_and_then_answered(here):
    sent = enquiry(here)

    with pytest.raises(Invalid):
        dismiss(sent, " ")
    dismiss(sent, "Wanted another clinic.")

    assert Task.objects.get().outcome == "Wanted another clinic."
    assert not selectors.enquiries(here.pk, now=LATER).exists()
    with pytest.raises(enquiries.AlreadyAnswered):
        convert(sent)


def dismiss(of, reason):
    return enquiries.dismiss(
        enquiry_id=of.pk, clinic_id=of.clinic_id, reason=reason, by=BY, now=LATER
    )


def test_every_fault_of_the_form_is_named(here):
    with pytest.raises(Invalid) as problem:
        enquiry(
            here,
            given_name="",
            family_name="",
            phone="12",
            language="fr",
            message="x" * 1001,
        )

    assert set(errors_of(problem)) == {
        "/given_name",
        "/phone",
        "/language",
        "/message",
    }


def test_some_way_to_answer_is_needed(here):
    with pytest.raises(Invalid) as problem:
        enquiry(here, phone="", email="")

    assert "to answer to" in errors_of(problem)["/phone"]


def test_a_message_may_have_several_lines(here):
    assert enquiry(here, message="One.\r\nTwo.\n\tThree.".replace("\r", "")).message


def test_whoever_fills_the_hidden_field_is_kept_as_suspicious_for_a_person(here):
    kept = enquiry(here, trap="https://spam.example")

    assert Enquiry.objects.get() == kept
    assert kept.is_suspicious
    assert "a machine may have sent it" in Task.objects.get().text
    entry = JournalEntry.objects.get(name="enquiry.received")
    assert json.loads(entry.payload) == {"is_suspicious": "yes"}


def test_whoever_leaves_it_empty_is_not_suspicious(here):
    assert not enquiry(here).is_suspicious
    assert "machine" not in Task.objects.get().text


def test_one_source_is_capped_by_the_hour(here):
    for _ in range(MOST_FROM_ONE_SOURCE):
        enquiry(here, source="192.0.2.7")

    with pytest.raises(enquiry_caps.TooMany) as problem:
        enquiry(here, source="192.0.2.7", real_now=NOW + HOUR / 2)

    assert problem.value.status == 429
    assert problem.value.extra == {"retry_after_seconds": 1800}
    assert enquiry(here, source="192.0.2.8")
    assert enquiry(here, source="192.0.2.7", real_now=NOW + HOUR)


def test_the_hidden_field_counts_against_the_cap_as_well(here):
    for _ in range(MOST_FROM_ONE_SOURCE):
        enquiry(here, source="192.0.2.7", trap="x")

    with pytest.raises(enquiry_caps.TooMany):
        enquiry(here, source="192.0.2.7")


def test_everybody_together_is_capped_too(here):
    for number in range(MOST_FROM_EVERYBODY):
        enquiry_caps.count(clinic_id=here.pk, source=f"s{number}", real_now=NOW)

    with pytest.raises(enquiry_caps.TooMany):
        enquiry(here, source="192.0.2.7")


def test_the_address_of_a_sender_is_kept_as_a_salted_hash_only(here, settings):
    enquiry(here, source="192.0.2.7")

    kept = set(EnquirySource.objects.values_list("source_hash", flat=True))

    assert kept == {"", enquiry_caps.hash_of("192.0.2.7")}
    settings.SECRET_KEY = "another" * 10
    assert enquiry_caps.hash_of("192.0.2.7") not in kept


def test_an_enquiry_is_forgotten_after_180_days_and_its_task_is_closed(here):
    sent = enquiry(here)
    early, late = NOW + timedelta(days=179), NOW + timedelta(days=180)

    assert not enquiries.forget(enquiry_id=sent.pk, by=BY, now=early)
    assert enquiries.forget(enquiry_id=sent.pk, by=BY, now=late)
    assert not enquiries.forget(enquiry_id=sent.pk, by=BY, now=late)

    assert not Enquiry.objects.exists()
    assert Task.objects.get().outcome == "expired"


def test_a_patient_outlives_their_enquiry(here):
    tomas = convert(enquiry(here))

    enquiries.forget(
        enquiry_id=Enquiry.objects.get().pk, by=BY, now=NOW + timedelta(days=181)
    )

    assert Patient.objects.get() == tomas


def test_the_job_forgets_what_expired_and_old_counts_and_leaves_the_rest(here):
    long_ago = NOW - timedelta(days=400)
    enquiry(here, now=long_ago, real_now=long_ago)
    kept = enquiry(here, now=NOW + timedelta(days=365))

    assert forget_enquiries() == 1
    assert forget_enquiries() == 0
    assert Enquiry.objects.get() == kept


def test_another_clinics_enquiry_does_not_exist(here):
    elsewhere = enquiry()

    with pytest.raises(NotFound):
        selectors.enquiry(elsewhere.pk, here.pk)
    with pytest.raises(NotFound):
        enquiries.convert(enquiry_id=elsewhere.pk, clinic_id=here.pk, by=BY, now=NOW)
