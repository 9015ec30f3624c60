"""The case C3, replayed unshifted through the services, by its numbers.

A shoulder with two targets: approved, booked, cancelled by the clinic two days before,
its opening offered to standby, and booked anew after a second signed decision.
"""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from core import journal
from core.models import FailedReaction
from demo import c3, cases, people
from demo.seed import BEFORE_THE_CASES, deliver
from demo.timeline import Timeline
from notifications.models import Message
from notifications.services import checking
from patients.models import Patient, Task
from procedures.episodes import day_figures
from procedures.follow_up import contacts, score_selectors
from scheduling.consistency import checks as booking_checks
from scheduling.models import Appointment, Conflict, FreedOpening, Offer, WaitlistEntry
from tests.conftest import Server, database_of_ones_own
from tests.demo.test_cases import AS_OF, CENTRAL, facts, local


@pytest.fixture(scope="module")
def c3_played(
    server: Server, django_db_setup: None, django_db_blocker: object
) -> Iterator[SimpleNamespace]:
    with database_of_ones_own(server, django_db_blocker, "c3"):
        world = people.open_clinic(now=AS_OF - BEFORE_THE_CASES)
        timeline = Timeline()
        path = c3.stage(world, timeline, cases.load("C3"))
        timeline.play(deliver, until=AS_OF)
        yield SimpleNamespace(path=path, episode=path.episode())


def standby(given: str) -> WaitlistEntry:
    return WaitlistEntry.objects.get(patient__given_name=given)


def texts(patient_id) -> list[tuple[str, str, str]]:
    """Each message that left: its kind, what became of it, and when."""
    rows = Message.objects.filter(patient_id=patient_id)
    told = [(row.kind, row.state, local(row.sent_at)) for row in rows if row.sent_at]
    return sorted(told, key=lambda row: row[2])


def test_nothing_went_wrong_behind_the_scenes(c3_played):
    assert not FailedReaction.objects.exists()
    assert booking_checks.findings(AS_OF) == []
    assert checking.faults(AS_OF) == []
    assert journal.first_breaks() == []


def test_the_decisions_are_those_of_the_case(c3_played):
    rows = c3_played.episode.decisions.order_by("recorded_at")

    assert [(local(r.recorded_at)[:10], r.outcome) for r in rows] == [
        (facts("C3")["consult"], "approved"),
        (facts("C3")["first_booking"]["cancelled_on"], "deferred"),
        ("2026-05-13", "approved"),
    ]


def test_infection_and_steroid_defer_until_both_are_over(c3_played):
    deferral = c3_played.episode.decisions.get(outcome="deferred")
    fired = {row.rule.code: row.reevaluate_on for row in deferral.rules.all()}

    # Fourteen days after the antibiotic's last day; the steroid's own end lay ahead.
    assert fired["INF-01"] == deferral.reevaluate_on == date(2026, 5, 5)
    assert fired["MED-STER-01"] == date(2026, 4, 28)
    assert {row["rule"] for row in facts("C3")["rules"]} - set(fired) == {"PREG-01"}


def test_the_first_visit_was_cancelled_by_the_deferral(c3_played):
    first = Appointment.objects.get(pk=c3_played.path.visits[c3.FIRST])
    booking = facts("C3")["first_booking"]

    assert local(first.created_at)[:10] == booking["scheduled_on"]
    assert local(first.start) == f"{booking['date']} 08:00"
    assert first.status == "cancelled"
    assert local(first.status_at)[:10] == booking["cancelled_on"]
    assert not first.reservations.filter(released_at=None).exists()


def test_the_coordinators_task_about_it_is_closed(c3_played):
    [task] = Task.objects.filter(
        patient=c3_played.episode.patient, kind="visit_without_approval"
    )

    assert task.done_at is not None
    assert task.outcome.startswith("Called")


def test_the_freed_opening_went_to_the_first_on_standby(c3_played):
    winner, other = standby("Renata"), standby("Dennis")
    freed = FreedOpening.objects.get(appointment=c3_played.path.visits[c3.FIRST])
    accepted = Offer.objects.get(entry=winner)

    assert freed.handled_as == "offered"
    assert winner.created_at < other.created_at
    assert (accepted.state, winner.closed_as) == ("accepted", "booked")
    assert local(accepted.appointment.start) == "2026-04-16 08:00"
    assert accepted.appointment.status == "fulfilled"


def test_the_other_was_told_kindly_and_stays_on_the_list(c3_played):
    other = standby("Dennis")
    told = Message.objects.get(patient=other.patient, kind="offer_gone")

    assert (Offer.objects.get(entry=other).state, other.closed_at) == ("too-late", None)
    assert "You stay on our list." in told.body
    assert texts(other.patient_id)[-2:] == [
        ("offer", "accepted", "2026-04-14 10:45"),
        ("offer_gone", "accepted", "2026-04-14 11:30"),
    ]


def test_every_step_of_the_offers_is_on_the_entries_history(c3_played):
    names = {
        given: [e.name for e in journal.entries(f"waitlist:{standby(given).pk}")]
        for given in ("Renata", "Dennis")
    }

    start = ["waitlist.added", "waitlist.offered"]
    assert names == {
        "Renata": [*start, "waitlist.offer_accepted", "waitlist.booked"],
        "Dennis": [*start, "waitlist.offer_too_late"],
    }


def test_it_was_booked_anew_after_the_second_decision(c3_played):
    visit = Appointment.objects.get(pk=c3_played.path.visits["procedure"])

    assert local(visit.created_at)[:10] == facts("C3")["scheduled_on"]
    assert local(visit.start) == "2026-05-21 08:00"
    assert f"{visit.start.astimezone(CENTRAL):%A}" == "Thursday"
    assert visit.variation == {"targets": 2}


def test_the_consent_of_april_was_still_valid(c3_played):
    [consent] = c3_played.episode.consents.all()

    assert local(consent.signed_at)[:10] == "2026-04-02"
    assert consent.valid_until == date(2026, 7, 1)
    assert consent.targets.count() == 2


def test_the_pregnancy_test_of_the_day_was_negative(c3_played):
    check_in = c3_played.episode.checkins.get(superseded_at=None)

    assert check_in.pregnancy_test == "negative"
    assert local(check_in.pregnancy_test_at) == "2026-05-21 08:10"


def test_the_day_spends_the_minutes_of_the_case(c3_played):
    run = day_figures.run_day(c3_played.episode)
    procedure = facts("C3")["procedure"]

    assert run.clinic_minutes == procedure["clinic_minutes"] == 130
    assert run.procedure_minutes == procedure["procedure_minutes"] == 60
    assert run.minutes_since_harvest == procedure["harvest_end_to_injection_min"] == 31


def test_the_day_has_the_volumes_and_cells_of_the_case(c3_played):
    run = day_figures.run_day(c3_played.episode)
    procedure = facts("C3")["procedure"]

    assert (run.aspirate_ml, run.anticoagulant_ml, run.input_ml) == (60, 8, 68)
    assert run.bmc_ml == Decimal(str(procedure["processing"]["bmc_ml"])) == 6
    assert run.tnc_total_e6 == Decimal(str(procedure["total_tnc_e6"])) == 528
    assert run.qc_retained_ml == Decimal("0.5")
    assert run.discarded_ml == 0
    assert run.used_ml == run.bmc_ml
    fraction = Decimal(str(procedure["local_anaesthetic_fraction_of_max"]))
    assert run.anaesthetic_fraction == fraction


def test_both_targets_were_injected_in_order(c3_played):
    rows = c3_played.episode.injections.filter(superseded_at=None).order_by("start_at")

    assert [(row.target.structure, row.volume_ml) for row in rows] == [
        ("supraspinatus_tendon", Decimal("2.0")),
        ("glenohumeral_joint", Decimal("3.5")),
    ]
    assert {row.target.laterality for row in rows} == {"right"}


def test_the_contacts_have_the_days_of_the_case(c3_played):
    found = {line.code: line for line in contacts.lines(c3_played.episode)}
    wanted = {
        code: date.fromisoformat(on)
        for code, on, _ in facts("C3")["outcomes"]
        if code != "baseline"
    }

    assert {code: found[code].plan.target_on for code in wanted} == wanted
    assert {code: line.state for code, line in found.items()} == {
        "D1": "missed",
        "D3": "answered",
        "D7": "missed",
        "D14": "missed",
        "W6": "answered",
        "M3": "answered",
        "M6": "planned",
        "M12": "planned",
    }


def test_the_sixth_month_is_booked_for_the_monday_after_its_saturday(c3_played):
    visit = next(v for v in contacts.lines(c3_played.episode) if v.code == "M6").visit

    assert local(visit.starts_at) == "2026-11-23 09:00"
    assert visit.appointment.status == "booked"
    assert not Conflict.objects.filter(appointment=visit.appointment).exists()


# What our instruments score: pain and SANE. The rest of the case's are not asked here.
def test_the_scores_are_those_of_the_case(c3_played):
    wanted = {
        (code, key): Decimal(values[name])
        for code, on, values in facts("C3")["outcomes"]
        if on <= "2026-11-22"
        for key, name in (("nrs", "NRS"), ("sane", "SANE"))
        if name in values
    }
    found = {
        (row.occasion, row.instrument): row.score
        for row in score_selectors.history(c3_played.episode)
    }

    assert found == wanted
    assert [found[(code, "sane")] for code in ("baseline", "W6", "M3")] == [45, 60, 65]


# Written by hand: what the patient is told, and what not.
C3_TEXTS = [
    ("confirmation", "accepted", "2026-03-17 10:00"),
    ("questionnaire", "accepted", "2026-03-21 10:00"),
    ("day_before", "accepted", "2026-03-23 10:00"),
    ("confirmation", "accepted", "2026-03-31 10:00"),
    ("prepare_t14", "accepted", "2026-04-02 10:00"),
    ("prepare_t7", "accepted", "2026-04-09 10:00"),
    ("prepare_t2", "accepted", "2026-04-14 10:00"),
    ("cancelled", "accepted", "2026-04-14 10:22"),
    ("confirmation", "accepted", "2026-04-14 10:30"),
    ("day_before", "accepted", "2026-05-12 10:00"),
    ("confirmation", "accepted", "2026-05-14 10:00"),
    ("prepare_t2", "accepted", "2026-05-19 10:00"),
    ("day_before", "accepted", "2026-05-20 10:00"),
    ("check_in_d1", "accepted", "2026-05-22 10:00"),
    # A Sunday: held until noon.
    ("check_in_d3", "accepted", "2026-05-24 12:00"),
    # The case tells of no answers on days 1, 7 and 14.
    ("check_in_d7", "accepted", "2026-05-28 10:00"),
    ("time_to_book", "accepted", "2026-05-29 10:00"),
    ("check_in_nudge", "accepted", "2026-05-30 10:00"),
    ("book_nudge", "accepted", "2026-05-31 12:00"),
    ("book_nudge", "accepted", "2026-06-02 10:00"),
    ("check_in_d14", "accepted", "2026-06-04 10:00"),
    ("check_in_nudge", "accepted", "2026-06-06 10:00"),
    ("time_to_book", "accepted", "2026-06-18 10:00"),
    ("confirmation", "accepted", "2026-06-18 10:00"),
    ("day_before", "accepted", "2026-07-01 10:00"),
    ("time_to_book", "accepted", "2026-07-31 10:00"),
    ("book_nudge", "accepted", "2026-08-02 12:00"),
    ("book_nudge", "accepted", "2026-08-04 10:00"),
    ("confirmation", "accepted", "2026-08-06 10:00"),
    ("day_before", "accepted", "2026-08-20 10:00"),
    ("time_to_book", "accepted", "2026-10-26 10:00"),
    ("book_nudge", "accepted", "2026-10-28 10:00"),
    ("book_nudge", "accepted", "2026-10-30 10:00"),
    ("confirmation", "accepted", "2026-11-09 10:00"),
    ("day_before", "accepted", "2026-11-22 12:00"),
]


def test_the_messages_are_those_of_the_table(c3_played):
    assert texts(c3_played.path.patient_id) == C3_TEXTS


def test_the_reminder_of_the_cancelled_visit_was_never_sent(c3_played):
    first = f"appointment:{c3_played.path.visits[c3.FIRST]}"
    reminder = Message.objects.get(subject=first, kind="day_before")

    assert (reminder.state, reminder.reason) == ("cancelled", "visit_cancelled")
    assert reminder.sent_at is None
    assert reminder.attempts == 0


def test_the_winner_on_standby_is_told_like_anybody_else(c3_played):
    first = texts(standby("Renata").patient_id)[:8]
    assert first == [
        ("confirmation", "accepted", "2026-03-12 09:30"),
        ("questionnaire", "accepted", "2026-03-16 10:00"),
        ("day_before", "accepted", "2026-03-18 10:00"),
        ("offer", "accepted", "2026-04-14 10:45"),
        ("confirmation", "accepted", "2026-04-14 11:30"),
        ("day_before", "accepted", "2026-04-15 10:00"),
        ("check_in_d1", "accepted", "2026-04-17 10:00"),
        ("check_in_d3", "accepted", "2026-04-19 12:00"),
    ]


def test_the_acts_are_in_the_journal_by_the_right_roles(c3_played):
    entries = journal.entries(f"episode:{c3_played.path.episode_id}")
    stops = [e for e in entries if json.loads(e.payload).get("to") == "deferred"]

    assert [(e.name, e.actor_role) for e in stops][:1] == [
        ("episode.evaluated", "clinician")
    ]
    assert Patient.objects.count() == 3
