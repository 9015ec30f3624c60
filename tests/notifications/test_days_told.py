"""One day's facts in one text, caps that swallow nothing, languages and addresses."""

import re
from datetime import timedelta

import pytest

from core.models import FailedReaction
from notifications.domain.catalogue import KINDS
from notifications.domain.gate import Facts, Send, StopSending, Wait, decide
from notifications.models import MailboxItem, Message, PlannedCall
from notifications.services import opt_outs, reviews
from notifications.services.checking import faults
from notifications.services.sending import send_due
from patients.models import PatientLink
from patients.services import consents, contacts, links
from patients.services.patients import Changes, amend
from scheduling.models import Appointment
from tests.factories import notifications as make
from tests.factories import procedures as treat
from tests.factories import waitlist
from tests.factories.notifications import BY, HOUSTON, NOW, at
from tests.factories.scheduling import practice
from tests.notifications.before import calls, heard, pass_time

pytestmark = pytest.mark.django_db
MONDAY = at("2026-09-07 10:00")


def texts():
    """Return the text messages that arrived, in order, without their links."""
    rows = MailboxItem.objects.filter(channel="sms").order_by("received_at", "pk")
    return [re.sub(r"http\S+", "…", row.body) for row in rows]


def sane(now):
    assert not list(FailedReaction.objects.values_list("error", "place"))
    assert [fault.text for fault in faults(now)] == []


def two_visits(second="2026-09-08 15:00", **fields):
    place, who, visit = make.booked(**fields)
    other = make.book(place, who, start=at(second))
    send_due(as_of=NOW)
    return place, who, visit, other


def test_the_record_says_what_the_one_text_told():
    _, _, visit, other = two_visits()

    send_due(as_of=MONDAY)

    row = Message.objects.get(kind="day_before")
    assert row.subject == f"appointment:{visit.pk}"
    assert [said["subject"] for said in row.also] == [f"appointment:{other.pk}"]
    sane(MONDAY)


def test_three_visits_of_one_day_are_all_named():
    place, who, _, _ = two_visits()
    make.book(place, who, start=at("2026-09-08 12:00"))
    send_due(as_of=NOW)

    send_due(as_of=MONDAY)

    assert "Tue Sep 8 at 9:00 AM, at 12:00 PM and at 3:00 PM." in texts()[-1]


def test_a_second_visit_that_was_named_is_told_when_it_is_cancelled():
    place, _, _, other = two_visits()
    Message.objects.filter(subject__endswith=other.pk, kind="confirmation").update(
        sent_at=None
    )
    send_due(as_of=MONDAY)

    make.cancel(place, other, now=MONDAY + timedelta(hours=1))
    send_due(as_of=MONDAY + timedelta(hours=2))

    assert "your visit on Tue Sep 8 at 3:00 PM is cancelled" in texts()[-1]


def test_a_move_undone_after_the_one_text_is_told():
    place, _, _, other = two_visits()
    make.move(place, other, start=at("2026-09-08 16:00"), now=MONDAY - make.HOUR)
    send_due(as_of=MONDAY)
    assert "at 9:00 AM and at 4:00 PM" in texts()[-1]

    make.move(place, other, start=at("2026-09-08 15:00"), now=MONDAY + make.HOUR)
    send_due(as_of=MONDAY + 2 * make.HOUR)

    assert "new time for your visit: Tue Sep 8 at 3:00 PM" in texts()[-1]


def test_the_first_visit_cancelled_leaves_the_reminder_to_the_second():
    place, _, visit, _ = two_visits()

    make.cancel(place, visit, now=at("2026-09-04 10:00"))
    send_due(as_of=at("2026-09-04 10:10"))
    sane(at("2026-09-04 10:10"))
    send_due(as_of=MONDAY)

    assert "see you tomorrow, Tue Sep 8 at 3:00 PM." in texts()[-1]


def test_the_second_is_not_reminded_again_when_the_first_is_cancelled_afterwards():
    place, _, visit, _ = two_visits()
    send_due(as_of=MONDAY)

    make.cancel(place, visit, now=MONDAY + make.HOUR)
    send_due(as_of=MONDAY + 2 * make.HOUR)

    assert [kind for kind in _kinds() if kind == "day_before"] == ["day_before"]
    assert texts()[-1].count("is cancelled") == 1
    sane(MONDAY + 2 * make.HOUR)


def _kinds():
    rows = Message.objects.filter(sent_at__isnull=False).order_by("sent_at")
    return list(rows.values_list("kind", flat=True))


def test_five_visits_in_six_days_are_all_reminded_of_or_called_about():
    place, who, _ = make.booked()
    days = ("2026-09-09", "2026-09-10", "2026-09-11", "2026-09-13")
    for day in days:
        make.book(place, who, start=at(f"{day} 09:00"))

    pass_time(NOW, at("2026-09-13 08:00"))

    assert _kinds().count("day_before") == 3
    called = PlannedCall.objects.filter(reason="cap")
    assert called.count() == 2
    reminded = set(
        Message.objects.filter(kind="day_before", state="accepted").values_list(
            "subject", flat=True
        )
    )
    everything = {
        f"appointment:{pk}" for pk in Appointment.objects.values_list("pk", flat=True)
    }
    assert reminded | {call.subject for call in called} == everything


def test_whoever_says_stop_after_the_confirmation_is_reminded_by_telephone():
    _place, _who, _visit = make.booked(phone="+1 713 555 0133")
    send_due(as_of=NOW)

    opt_outs.stop(address="+17135550133", source="text", by=BY, now=NOW + make.HOUR)
    pass_time(NOW + make.HOUR, at("2026-09-08 08:30"))

    assert _kinds() == ["confirmation"]
    assert calls() == [
        ("Call the patient and remind them of their visit", "Mon 2026-09-07 10:00")
    ]


def test_what_waits_is_read_in_the_language_of_the_hour():
    place, who, _visit, _ = two_visits()
    reviews.approve(clinic_id=place.clinic.pk, language="es", by=BY, now=NOW)

    amend(
        patient_id=who.pk,
        version=who.version,
        changes=Changes(language="es"),
        by=BY,
        now=NOW + make.HOUR,
    )
    waiting = Message.objects.get(kind="day_before", state="scheduled")
    assert "le esperamos mañana" in waiting.body
    send_due(as_of=MONDAY)

    assert "martes 8 de septiembre a las 9:00 a.m. y a las 3:00 p.m." in texts()[-1]
    waiting.refresh_from_db()
    assert (waiting.language, waiting.state) == ("es", "accepted")


def test_a_language_reviewed_later_counts_at_the_gate():
    place, _who, _ = make.booked(language="es")
    assert Message.objects.get(kind="day_before").language == "en"

    reviews.approve(clinic_id=place.clinic.pk, language="es", by=BY, now=NOW)
    send_due(as_of=MONDAY)

    assert Message.objects.get(kind="day_before").language == "es"


def test_a_corrected_number_hears_of_the_visit_and_the_old_link_is_dead():
    _place, who, _visit = make.booked(phone="+1 713 555 0144")
    send_due(as_of=NOW)
    old = MailboxItem.objects.get()
    token = re.search(r"/v/([^/]+)/", old.body)[1]
    assert links.find(token, NOW)

    later = NOW + make.HOUR
    contacts.add(
        patient_id=who.pk, system="phone", value="+1 713 555 0145", by=BY, now=later
    )
    send_due(as_of=later)

    assert links.find(token, later) is None
    new = MailboxItem.objects.latest("received_at")
    assert (new.address, "your visit is Tue Sep 8 at 9:00 AM" in new.body) == (
        "+17135550145",
        True,
    )
    assert links.find(re.search(r"/v/([^/]+)/", new.body)[1], later)
    assert set(
        Message.objects.filter(state="scheduled").values_list(
            "link__revoked_at", flat=True
        )
    ) == {None}
    sane(later)
    send_due(as_of=MONDAY)
    assert MailboxItem.objects.count() == 3


def test_a_corrected_address_of_mail_hears_of_the_visit_too():
    _place, who, _visit = make.booked(sms_consent=False, email_consent=True)
    send_due(as_of=NOW)

    later = NOW + make.HOUR
    contacts.add(
        patient_id=who.pk, system="email", value="new@example.org", by=BY, now=later
    )
    send_due(as_of=later)

    rows = MailboxItem.objects.order_by("received_at").values_list("address", flat=True)
    assert list(rows) == ["marisol@example.org", "new@example.org"]
    assert PatientLink.objects.filter(revoked_at=None).count() == 1


def test_a_number_that_ends_without_another_leads_to_a_call():
    _place, who, _visit = make.booked()
    send_due(as_of=NOW)

    later = NOW + make.HOUR
    contacts.end(patient_id=who.pk, system="phone", by=BY, now=later)
    pass_time(later, at("2026-09-08 08:30"), calling=True)

    assert [text for text, _ in calls()] == [
        "Call the patient and confirm the visit that was booked",
        "Call the patient and remind them of their visit",
    ]


def gated(kind, **facts):
    known = {
        "kind": KINDS[kind],
        "zone": HOUSTON,
        "expires_at": at("2026-09-09 10:00"),
        "stopped": None,
    }
    return decide(Facts(**(known | facts)), MONDAY)


def test_what_a_cap_keeps_back_leaves_the_next_morning_if_that_still_helps():
    assert gated("prepare_t14", reminders_today=1) == Wait(at("2026-09-08 10:00"))
    assert gated(
        "day_before", reminders_today=1, expires_at=at("2026-09-07 22:00")
    ) == (StopSending("suppressed", "cap"))


def test_the_last_place_of_a_week_is_left_to_the_day_before():
    assert isinstance(gated("prepare_t2", reminders_in_7_days=2), Wait)
    assert gated("day_before", reminders_in_7_days=2) == Send()


@pytest.mark.parametrize(
    "kind", sorted(k for k, kind in KINDS.items() if not kind.is_reminder)
)
def test_no_cap_drops_what_is_no_reminder(kind):
    assert gated(kind, reminders_today=9, reminders_in_7_days=9) == Send()


def test_steps_and_a_visit_of_one_day_are_one_text():
    path, place = _approved_and_texted()
    procedure = treat.book(place, path, treat.at("2026-10-13", "08:30"), now=NOW)
    treat.book(place, path, treat.at("2026-10-07", "11:00"), "follow-up", now=NOW)
    assert procedure.pk

    pass_time(NOW, treat.at("2026-10-07", "08:00"))

    sent = [kind for kind, _, when in heard() if "10-06" in when]
    assert sent == ["day_before"]
    assert "tomorrow, Wed Oct 7 at 11:00 AM. Please see your list, too." in texts()[-1]


def _approved_and_texted():
    place = treat.open_site()
    path = treat.approved(place)
    consents.grant(
        patient_id=path.patient_id, channel="sms", by=place.actor("nurse"), now=NOW
    )
    return path, place


def test_an_offer_that_went_to_a_wrong_number_goes_to_the_right_one():
    at_the_clinic = practice()
    who = at_the_clinic.patient(phone="+1 713 555 0146", sms_consent=True)
    waits = waitlist.entry(at_the_clinic, who)
    waitlist.offer(at_the_clinic)
    begun = waits.created_at
    send_due(as_of=begun)
    assert Message.objects.get(kind="offer").state == "accepted"

    contacts.add(
        patient_id=who.pk, system="phone", value="+1 713 555 0147", by=BY, now=begun
    )
    send_due(as_of=begun)

    rows = MailboxItem.objects.order_by("received_at", "pk")
    assert [row.address for row in rows] == ["+17135550146", "+17135550147"]
    sane(begun)


def test_questions_nobody_answered_are_asked_again_the_day_before():
    place = treat.open_site()
    path = treat.episode(place)
    consents.grant(
        patient_id=path.patient_id, channel="sms", by=place.actor("nurse"), now=NOW
    )
    treat.book(place, path, treat.at("2026-09-08", "09:00"), "consultation", now=NOW)

    pass_time(NOW, treat.at("2026-09-08", "08:00"))

    assert "9:00 AM. Please answer our questions. Details" in texts()[-1]
