"""Texts that come in: acted on once, never guessed, and none of them lost."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from clinics.models import Clinic
from core.journal import entries
from notifications.domain import catalogue
from notifications.models import InboundText, MailboxItem, Message, OptOut
from notifications.services import checking, opt_outs, reviews
from notifications.services.sending import send_due
from patients.models import Task
from patients.services import consents
from tests.factories import notifications as make
from tests.factories.inbound import SENDER, send
from tests.factories.notifications import NOW, VISIT, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked():
    return make.booked(phone=SENDER, given_name="Ana")


@pytest.fixture
def visit(booked):
    return booked[2]


@pytest.fixture
def place(booked):
    return booked[0]


def again(visit):
    visit.refresh_from_db()
    return visit


def answer_to(text):
    """The kind of the automatic answer that waits or left, "" if none."""
    rows = Message.objects.filter(inbound=text)
    return ",".join(rows.values_list("kind", flat=True))


def texts_at(number=SENDER):
    return list(
        MailboxItem.objects.filter(channel="sms", address=number)
        .order_by("id")
        .values_list("body", flat=True)
    )


@pytest.mark.parametrize("said", ["C", " c. ", "Confirm", "Sí", "¡Confirmo!"])
def test_c_confirms_the_one_visit(visit, said):
    text = send(said)

    assert again(visit).confirmed_at == NOW
    assert visit.answer == "yes"
    assert (text.state, text.patient_id) == ("done", visit.patient_id)
    assert text.appointment_ref == visit.pk
    confirmed = entries(f"appointment:{visit.pk}").get(name="appointment.confirmed")
    assert confirmed.actor == f"patient:{visit.patient_id}"


def test_the_same_event_twice_is_one_text(visit):
    send("C", event_id="SM1")
    version = again(visit).version
    send("C", event_id="SM1")

    assert InboundText.objects.count() == 1
    assert again(visit).version == version


def test_r_asks_for_another_time_and_sends_a_link_to_the_openings(place, visit):
    send_due(as_of=NOW)
    send("R")

    assert again(visit).answer == "other"
    task = Task.objects.get(kind="asks_other_time")
    assert task.subject == f"appointment:{visit.pk}"
    told = Message.objects.get(kind="other_times")
    assert "/v/•••/" in told.body
    send_due(as_of=NOW)
    assert "choose another time" in texts_at()[-1]


def test_by_text_the_last_answer_counts_too(visit):
    for said in ("R", "I can't come", "C"):
        send(said)

    assert (again(visit).answer, visit.confirmed_at) == ("yes", NOW)
    assert not Task.objects.filter(done_at=None).exists()
    told = Task.objects.order_by("created_at", "kind")
    assert {t.outcome for t in told} == {
        "The patient has answered again: cannot come.",
        "The patient comes after all.",
    }
    names = list(entries(f"appointment:{visit.pk}").values_list("name", flat=True))
    assert names[-3:] == [
        "appointment.patient_asked_other",
        "appointment.patient_declined",
        "appointment.confirmed",
    ]


def test_a_number_of_two_patients_confirms_the_only_visit_there_is(place, visit):
    make.patient(place, phone=SENDER, given_name="Luis")

    text = send("C")

    assert again(visit).confirmed_at
    assert text.patient_id == visit.patient_id


def test_a_number_of_two_patients_with_a_visit_each_is_not_guessed(place, visit):
    other = make.patient(place, phone=SENDER, given_name="Luis")
    second = make.book(place, other, start=VISIT + make.HOUR)
    send_due(as_of=NOW)

    text = send("C")

    assert not again(visit).confirmed_at
    assert not again(second).confirmed_at
    assert (text.state, text.patient_id, text.meaning) == ("unread", None, "confirm")


def test_of_two_visits_the_one_lately_asked_about_is_meant(place, visit):
    send_due(as_of=NOW)
    later = make.book(place, visit.patient, start=VISIT + timedelta(days=30))

    send("C")

    assert again(visit).confirmed_at
    assert not again(later).confirmed_at


def test_of_two_visits_never_asked_about_none_is_guessed(place, visit):
    make.book(place, visit.patient, start=VISIT + timedelta(days=3))

    assert send("C").state == "unread"
    assert not again(visit).confirmed_at


def test_a_stop_ends_everything_queued_at_once(visit):
    text = send("STOP")

    waiting = Message.objects.filter(patient=visit.patient, inbound=None)
    assert set(waiting.values_list("state", "reason")) == {("suppressed", "opted_out")}
    assert text.state == "done"


def test_one_confirmation_of_a_stop_within_five_minutes_and_none_after(visit):
    send("STOP")
    send_due(as_of=NOW)
    send("STOP", now=NOW + timedelta(minutes=1))
    send("unsubscribe", now=NOW + timedelta(minutes=2))
    send("hello?", now=NOW + timedelta(minutes=3))
    send("HELP", now=NOW + timedelta(minutes=4))
    send_due(as_of=NOW + timedelta(minutes=5))

    assert len(texts_at()) == 1
    assert "STOP received" in texts_at()[0]


def test_a_confirmation_of_a_stop_that_is_late_is_not_sent(visit):
    send("STOP")
    send_due(as_of=NOW + timedelta(minutes=6))

    assert texts_at() == []


def test_a_stop_at_night_is_confirmed_at_night():
    make.booked(phone=SENDER)
    night = at("2026-09-02 03:00")

    send("STOP", now=night)
    send_due(as_of=night)

    assert len(texts_at()) == 1


def test_a_start_texts_again(visit):
    send("STOP")
    send_due(as_of=NOW)
    send("START", now=NOW + timedelta(minutes=1))
    send_due(as_of=NOW + timedelta(minutes=1))

    assert not OptOut.objects.filter(ended_at=None).exists()
    assert "again" in texts_at()[1]
    assert Message.objects.filter(kind="day_before", state="scheduled").exists()


def test_a_stop_of_reminders_leaves_the_facts(visit):
    send("stop reminders")

    states = dict(Message.objects.filter(inbound=None).values_list("kind", "state"))
    assert states == {"confirmation": "scheduled", "day_before": "suppressed"}
    assert answer_to(InboundText.objects.get()) == "purpose_stopped"


def test_after_a_stop_mail_takes_over_where_the_patient_agreed(place, visit):
    consents.grant(patient_id=visit.patient_id, channel="email", by=place.by, now=NOW)
    send("STOP")

    left = Message.objects.filter(
        patient=visit.patient, state="scheduled", inbound=None
    )
    assert set(left.values_list("kind", "channel")) == {
        ("confirmation", "email"),
        ("day_before", "email"),
    }


def test_after_a_stop_a_change_becomes_a_call(place, visit):
    send_due(as_of=NOW)
    send("STOP")
    make.move(place, visit, start=VISIT + make.HOUR, now=NOW)

    assert Task.objects.filter(kind="call_patient", done_at=None).exists()


def test_cancel_stops_and_asks_about_the_visit(visit):
    text = send("CANCEL")

    assert OptOut.objects.filter(ended_at=None, scope="all").exists()
    assert Task.objects.get(kind="asks_about_cancel").patient_id == visit.patient_id
    assert text.state == "unread"
    assert again(visit).status == "booked"


def test_the_stop_of_a_number_nobody_holds_counts_and_is_confirmed_once():
    make.office()
    send("STOP", sender="+17135550142")
    send("STOP", sender="+17135550142")
    send_due(as_of=NOW)

    assert len(texts_at("+17135550142")) == 1


def test_help_says_how_to_reach_a_person(visit):
    send("HELP")
    send_due(as_of=NOW)

    assert any("C confirms a visit" in text for text in texts_at())


def test_free_text_waits_unread_and_says_once_a_day_that_nobody_watches(visit):
    first = send("Can I stop by earlier?")
    second = send("Is there parking?", now=NOW + timedelta(hours=1))
    next_day = send("Hello?", now=NOW + timedelta(days=1))

    assert [t.state for t in (first, second, next_day)] == ["unread"] * 3
    assert [answer_to(t) for t in (first, second, next_day)] == [
        "text_received",
        "",
        "text_received",
    ]
    send_due(as_of=NOW)
    assert any("emergencies" in text for text in texts_at())


def test_an_answer_speaks_the_language_of_its_reader(place):
    reviews.approve(clinic_id=place.clinic.pk, language="es", by=place.by, now=NOW)
    text = send("Alto", sender="+17135550142")

    assert Message.objects.get(inbound=text).language == "es"


@pytest.mark.parametrize(
    ("said", "tier"), [("I have chest pain", 1), ("Tengo fiebre", 2), ("a rash", 3)]
)
def test_warning_words_raise_the_alarm(visit, said, tier):
    text = send(said)

    task = Task.objects.get(kind="red-flag")
    assert (task.tier, task.patient_id) == (tier, visit.patient_id)
    assert task.subject == f"text:{text.pk}"
    assert (text.state, text.tier) == ("unread", tier)


def test_an_emergency_by_text_pages_who_is_on_call(place, visit):
    from tests.factories import clinics as make_clinic

    director = make_clinic.membership("medical_director", place.clinic)
    director.user.phone = "+17135550109"
    director.user.save()

    send("I can't breathe")

    page = Message.objects.get(kind=catalogue.ON_CALL_PAGE)
    assert page.user == director.user


def test_a_second_sign_as_grave_joins_the_open_alarm(visit):
    send("I have a fever")
    send("and chills")
    send("now chest pain")

    tiers = Task.objects.filter(kind="red-flag").order_by("tier")
    assert list(tiers.values_list("tier", flat=True)) == [1, 2]
    notes = [note.text for note in tiers[1].notes.order_by("pk")]
    assert notes[0].startswith("Text: I have a fever")
    assert notes[1].startswith("Text: and chills")


def test_a_stop_with_a_warning_sign_is_not_closed_unread(visit):
    text = send("Stop texting me. I have a fever.")

    assert OptOut.objects.filter(ended_at=None).exists()
    assert text.state == "unread"
    assert Task.objects.filter(kind="red-flag").exists()


def test_an_unknown_number_is_kept_at_the_clinic_that_was_written_to(place):
    other = make.office(phone="+17135550155")
    text = send("hello", sender="+17135550142", recipient="+17135550155")

    assert (text.clinic_id, text.patient_id) == (other.clinic.pk, None)
    assert text.body == "hello"


def test_a_clinic_may_have_a_number_of_its_own_for_texts(place):
    other = make.office(phone="+17135550155")
    Clinic.objects.filter(pk=other.clinic.pk).update(text_number="+17135550188")

    assert send("hi", recipient="+17135550188").clinic_id == other.clinic.pk


def test_a_number_of_the_whole_house_reaches_the_senders_own_clinic(visit):
    make.office(phone="+17135550155")

    assert send("hi", recipient="+18005550100").clinic_id == visit.clinic_id


def test_a_text_never_stands_in_the_journal(visit):
    send("my secret words")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM core_journalentry j WHERE j::text LIKE %s",
            ["%secret words%"],
        )
        assert cursor.fetchone()[0] == 0


def test_what_came_in_stays_as_it_came(visit):
    text = send("hello")
    for change in ({"body": "other"}, {"sender": "+17135550000"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InboundText.objects.filter(pk=text.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        InboundText.objects.filter(pk=text.pk).delete()


def test_running_late_by_text_stands_on_the_visit(visit):
    soon = VISIT - timedelta(minutes=20)
    send("running 20 min late", now=soon)

    assert again(visit).late_minutes == 20


def test_lateness_for_a_visit_of_next_week_is_for_a_person(visit):
    assert send("running late").state == "unread"
    assert again(visit).late_minutes == 0


def test_the_checker_finds_nothing_lost_or_extra_after_a_busy_inbox(place, visit):
    for said in ("C", "hello", "stop reminders", "STOP", "HELP", "START", "R"):
        send(said)
        send(said, sender="+17135550142")
    send_due(as_of=NOW)

    assert checking.faults(NOW) == []


def test_a_stop_said_by_voice_counts_for_the_number_on_record(place, visit):
    opt_outs.stop_for(
        patient_id=visit.patient_id,
        clinic_id=place.clinic.pk,
        channel="sms",
        source="voice",
        by=place.by,
        now=NOW,
    )

    assert set(Message.objects.values_list("state", flat=True)) == {"suppressed"}
    said = entries(f"patient:{visit.patient_id}").get(name="sms.stopped")
    assert "voice" in said.payload


def test_texts_with_odd_bytes_are_kept():
    make.office()
    for said in ("", "\x00nul\x00", "👩‍👩‍👧" * 500, "x" * 5000):
        send(said, sender="+17135550142")

    assert InboundText.objects.count() == 4
