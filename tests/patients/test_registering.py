"""Register, amend, contacts, consents, duplicates: what commits and what does not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.journal import entries
from core.models import JournalEntry
from core.problems import Invalid, NotFound, StaleVersion
from patients import events, selectors
from patients.models import ChannelConsent, ContactPoint, Patient
from patients.services import consents, contacts, duplicates, patients
from patients.services.patients import Changes
from tests.factories import clinics as make
from tests.factories.clinics import NOW
from tests.factories.patients import BORN, BY, patient
from tests.patients.conftest import errors_of

pytestmark = pytest.mark.django_db


def amend(of, *, version=None, reason="", **changes):
    return patients.amend(
        patient_id=of.pk,
        version=of.version if version is None else version,
        changes=Changes(**changes),
        reason=reason,
        by=BY,
        now=NOW,
    )


def test_registering_keeps_the_person_their_contacts_and_consents(told):
    marisol = patient(
        given_name=" Marisol ",
        family_name="Testcase-Vega",
        phone="(713) 555-0101",
        email="C1@Example.ORG",
        sms_consent=True,
    )

    assert marisol.given_name == "Marisol"
    assert marisol.mrn == "CP-000001"
    assert selectors.contact(marisol, "sms").value == "+17135550101"
    assert selectors.contact(marisol, "email").value == "C1@example.org"
    assert selectors.consented(marisol, "sms")
    assert not selectors.consented(marisol, "email")
    assert told == [events.PatientRegistered(patient_id=marisol.pk, occurred_at=NOW)]


def test_registering_is_in_the_journal_without_a_name_or_a_number():
    marisol = patient(family_name="Testcase-Vega", phone="713 555 0101")

    stream = list(entries(f"patient:{marisol.pk}"))

    assert [entry.name for entry in stream] == ["patient.registered", "contact.added"]
    assert not any("Vega" in e.payload or "0101" in e.payload for e in stream)


def test_each_clinic_counts_its_own_record_numbers_past_those_given_by_hand():
    here, there = make.clinic(), make.clinic()
    patient(here, mrn="cp-000002")

    assert [patient(here).mrn, patient(here).mrn] == ["CP-000001", "CP-000003"]
    assert patient(there).mrn == "CP-000001"


def test_a_record_number_is_given_once_whatever_its_case():
    here = make.clinic()
    patient(here, mrn="DEMO-0001")

    with pytest.raises(Invalid) as problem:
        patient(here, mrn="demo-0001")

    assert "Another patient has" in errors_of(problem)["/mrn"]


def test_every_wrong_field_is_named_at_once_and_nothing_is_kept():
    with pytest.raises(Invalid) as problem:
        patient(
            given_name="",
            family_name="",
            birth_date=date(2999, 1, 1),
            phone="12",
            email="nobody",
            time_zone="Mars/Olympus",
        )

    assert set(errors_of(problem)) == {
        "/given_name",
        "/birth_date",
        "/phone",
        "/email",
        "/time_zone",
    }
    assert not Patient.objects.exists()


def test_born_today_is_judged_by_the_clinics_own_day():
    late_evening_in_houston = datetime(2026, 9, 2, 3, 0, tzinfo=UTC)
    tomorrow_there = date(2026, 9, 2)

    with pytest.raises(Invalid):
        patient(birth_date=tomorrow_there, now=late_evening_in_houston)

    patient(birth_date=date(2026, 9, 1), now=late_evening_in_houston)


def test_amending_needs_the_version_one_saw():
    marisol = patient()
    amend(marisol, language="es")

    with pytest.raises(StaleVersion) as problem:
        amend(marisol, version=1, language="en")

    assert problem.value.extra == {"version": 2}


def test_amending_a_name_makes_it_findable_and_tells(told):
    marisol = patient(family_name="Alba")
    told.clear()

    amended = amend(marisol, family_name="Núñez")

    assert list(selectors.search(marisol.clinic_id, "nunez")) == [amended]
    assert not selectors.search(marisol.clinic_id, "alba").exists()
    assert told == [events.PatientAmended(patient_id=marisol.pk, occurred_at=NOW)]


def test_amending_contact_and_consent_tells_each_and_is_one_version(told):
    marisol = patient(phone="713 555 0101")
    told.clear()

    amended = amend(marisol, phone="713 555 0102", email_consent=True)

    assert amended.version == 2
    assert [type(event) for event in told] == [
        events.ContactChanged,
        events.ConsentChanged,
    ]


def test_amending_nothing_is_no_new_version_and_tells_nobody(told):
    marisol = patient(given_name="Ana", phone="713 555 0101")
    told.clear()

    amended = amend(marisol, given_name="Ana", phone="+1 713 555 0101")

    assert amended.version == 1
    assert told == []


def test_a_recorded_sex_is_changed_only_with_a_reason():
    marisol = patient(biological_sex="female")

    with pytest.raises(Invalid) as problem:
        amend(marisol, biological_sex="male")
    amended = amend(marisol, biological_sex="male", reason="Typing error at the desk")

    assert "/reason" in errors_of(problem)
    assert amended.biological_sex == "male"
    assert "Typing error" in JournalEntry.objects.get(name="patient.amended").payload


def test_an_unrecorded_sex_is_filled_in_without_one():
    assert amend(patient(), biological_sex="female").biological_sex == "female"


def test_a_new_number_ends_the_one_before_and_keeps_it():
    marisol = patient(phone="713 555 0101")

    contacts.add(
        patient_id=marisol.pk, system="phone", value="713 555 0102", by=BY, now=NOW
    )

    assert selectors.contact(marisol, "sms").value == "+17135550102"
    assert ContactPoint.objects.get(value="+17135550101").ended_at == NOW


def test_the_same_number_again_changes_nothing(told):
    marisol = patient(phone="713 555 0101")
    told.clear()

    contacts.add(
        patient_id=marisol.pk, system="phone", value="+17135550101", by=BY, now=NOW
    )

    assert ContactPoint.objects.count() == 1
    assert told == []


def test_an_empty_phone_ends_the_number():
    marisol = patient(phone="713 555 0101")

    amend(marisol, phone="")

    assert selectors.contact(marisol, "sms") is None


def test_ending_a_contact_tells_once(told):
    marisol = patient(phone="713 555 0101")
    told.clear()

    for _ in range(2):
        contacts.end(patient_id=marisol.pk, system="phone", by=BY, now=NOW)

    assert told == [events.ContactChanged(patient_id=marisol.pk, occurred_at=NOW)]


def test_a_contact_is_verified_once():
    marisol = patient(phone="713 555 0101")

    for now in (NOW, NOW + timedelta(days=1)):
        contacts.verify(patient_id=marisol.pk, system="phone", by=BY, now=now)

    assert selectors.contact(marisol, "sms").verified_at == NOW


def test_an_empty_contact_is_refused_in_words():
    with pytest.raises(Invalid) as problem:
        contacts.add(patient_id=patient().pk, system="phone", value=" ", by=BY, now=NOW)

    assert errors_of(problem) == {"/phone": "Give the phone number."}


def test_the_newest_answer_to_a_channel_counts_and_all_are_kept(told):
    marisol = patient(sms_consent=True)
    told.clear()

    consents.withdraw(patient_id=marisol.pk, channel="sms", by=BY, now=NOW)

    assert not selectors.consented(marisol, "sms")
    answers = ChannelConsent.objects.filter(patient=marisol).order_by("id")
    assert [(a.granted, a.wording_version, a.at) for a in answers] == [
        (True, "sms-1", NOW),
        (False, "sms-1", NOW),
    ]
    assert told == [events.ConsentChanged(patient_id=marisol.pk, occurred_at=NOW)]


@pytest.mark.parametrize(
    ("channel", "wording_version"), [("fax", ""), ("sms", "sms-99"), ("sms", "email-1")]
)
def test_consent_to_an_unknown_channel_or_wording_is_refused(channel, wording_version):
    with pytest.raises(Invalid):
        consents.grant(
            patient_id=patient().pk,
            channel=channel,
            wording_version=wording_version,
            by=BY,
            now=NOW,
        )


def test_duplicates_are_linked_and_look_back_follows_the_link():
    here = make.clinic()
    first, second, third = patient(here), patient(here), patient(here)

    for duplicate in (second, third):
        duplicates.link(patient_id=duplicate.pk, duplicate_of=first.pk, by=BY, now=NOW)

    everyone = sorted([first.pk, second.pk, third.pk])
    for record in Patient.objects.all():
        assert selectors.same_person(record) == everyone


def test_a_link_that_was_a_mistake_is_taken_back():
    here = make.clinic()
    first, second = patient(here), patient(here)
    duplicates.link(patient_id=second.pk, duplicate_of=first.pk, by=BY, now=NOW)

    duplicates.unlink(patient_id=second.pk, by=BY, now=NOW)

    assert selectors.same_person(first) == [first.pk]


def test_duplicates_never_form_a_chain_a_circle_or_cross_clinics():
    here = make.clinic()
    first, second, third = patient(here), patient(here), patient(here)
    duplicates.link(patient_id=second.pk, duplicate_of=first.pk, by=BY, now=NOW)

    for one, other in [
        (first, second),
        (third, second),
        (first, third),
        (third, third),
        (third, patient()),
    ]:
        with pytest.raises(duplicates.CannotLink):
            duplicates.link(patient_id=one.pk, duplicate_of=other.pk, by=BY, now=NOW)


def test_who_may_be_the_same_person_is_found_before_registering():
    here = make.clinic()
    same_name = patient(here, family_name="Núñez", phone="713 555 0101")
    same_phone = patient(here, birth_date=date(1980, 1, 1), phone="713 555 0102")
    patient(here, given_name="Otra", family_name="Persona", phone="")

    found = selectors.possible_duplicates(
        here.pk,
        given_name="Maria",
        family_name="nunez",
        birth_date=BORN,
        phone="+17135550102",
    )

    assert set(found) == {same_name, same_phone}


def test_patients_of_another_clinic_do_not_exist():
    marisol, elsewhere = patient(), make.clinic()

    with pytest.raises(NotFound):
        selectors.patient(marisol.pk, elsewhere.pk)
    with pytest.raises(NotFound):
        patients.lock(marisol.pk, elsewhere.pk)


def test_a_patient_may_live_in_another_zone_than_the_clinic():
    assert selectors.zone(patient()).key == "America/Chicago"
    assert selectors.zone(patient(time_zone="America/Denver")).key == "America/Denver"


def test_the_actor_of_a_patient_can_be_logged():
    marisol = patient(family_name="Vega")

    actor = selectors.actor_for(marisol)

    assert str(actor) == f"patient:{marisol.pk}"
    assert (actor.name, actor.clinic_id) == ("", marisol.clinic_id)
