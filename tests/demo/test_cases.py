"""The cases C1 and C6, replayed unshifted through the services, by their numbers."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core import journal
from demo import c1, c6, cases, people
from demo.path import Path
from demo.seed import BEFORE_THE_CASES, deliver
from demo.timeline import Timeline
from notifications.models import Message
from procedures.episodes import day_figures
from procedures.follow_up import milestone_selectors, score_selectors
from procedures.models import Episode
from tests.conftest import Server, database_of_ones_own

CENTRAL = ZoneInfo("America/Chicago")
AS_OF = datetime(2026, 11, 22, 12, tzinfo=CENTRAL)


@dataclass(frozen=True)
class Replayed:
    """Both paths, after the last act."""

    c1: Path
    c6: Path

    def episode(self, key: str) -> Episode:
        return Episode.objects.get(pk=getattr(self, key).episode_id)


@pytest.fixture(scope="module")
def replayed(
    server: Server, django_db_setup: None, django_db_blocker: object
) -> Iterator[Replayed]:
    with database_of_ones_own(server, django_db_blocker, "cases"):
        world = people.open_clinic(now=AS_OF - BEFORE_THE_CASES)
        timeline = Timeline()
        paths = [m.stage(world, timeline, cases.load(k)) for k, m in STORIES]
        timeline.play(deliver, until=AS_OF)
        yield Replayed(*paths)


STORIES = (("C1", c1), ("C6", c6))


def facts(key: str) -> dict:
    """The case as it is given; what was assumed for the replay is left out."""
    whole = cases.read()["cases"][key]
    return {name: value for name, value in whole.items() if name != "replay"}


def local(at: datetime) -> str:
    return f"{at.astimezone(CENTRAL):%Y-%m-%d %H:%M}"


def test_everything_added_to_the_cases_is_marked_as_assumed():
    added = [
        case["replay"] for case in cases.read()["cases"].values() if "replay" in case
    ]

    assert len(added) == 3
    assert all(block["assumed"] is True for block in added)


def test_c1_spends_the_minutes_of_the_case(replayed):
    run = day_figures.run_day(replayed.episode("c1"))
    procedure = facts("C1")["procedure"]

    assert run.clinic_minutes == procedure["clinic_minutes"] == 135
    assert run.procedure_minutes == procedure["procedure_minutes"] == 57
    assert run.minutes_since_harvest == procedure["harvest_end_to_injection_min"] == 32


def test_c1_has_the_volumes_and_cells_of_the_case(replayed):
    run = day_figures.run_day(replayed.episode("c1"))
    procedure = facts("C1")["procedure"]

    assert run.aspirate_ml == Decimal(str(procedure["harvest"]["total_ml"])) == 60
    assert run.input_ml == Decimal(str(procedure["processing"]["input_ml"])) == 68
    assert run.bmc_ml == Decimal(str(procedure["processing"]["bmc_ml"]))
    assert run.injected_ml == Decimal(str(procedure["injections"][0]["ml"]))
    assert run.qc_retained_ml == Decimal(str(procedure["qc_retained_ml"]))
    assert run.discarded_ml == 0
    assert run.tnc_total_e6 == Decimal(str(procedure["total_tnc_e6"])) == 690
    fraction = Decimal(str(procedure["local_anaesthetic_fraction_of_max"]))
    assert abs(run.anaesthetic_fraction - fraction) < Decimal("0.01")


def test_c1_scores_as_the_case_says(replayed):
    found = {
        row.occasion: row.score
        for row in score_selectors.history(replayed.episode("c1"), "koos_jr")
    }
    wanted = {
        code: Decimal(str(values["KOOSJR"]))
        for code, _, values in facts("C1")["outcomes"]
        if "KOOSJR" in values
    }

    assert found == wanted
    assert list(map(str, (wanted["baseline"], wanted["M12"]))) == ["50.012", "70.704"]


def test_c1_follow_ups_were_planned_once_for_the_days_of_the_case(replayed):
    rows = replayed.episode("c1").follow_ups.order_by("position")
    wanted = [
        (code, date.fromisoformat(on)) for code, on, _ in facts("C1")["outcomes"][1:]
    ]

    assert [(row.code, row.target_on) for row in rows] == wanted
    assert {row.state for row in rows} == {"answered"}


def test_c1_is_completed(replayed):
    assert replayed.episode("c1").stage == "completed"


def test_c1_acts_are_in_the_journal_by_the_right_roles(replayed):
    entries = journal.entries(f"episode:{replayed.c1.episode_id}")
    by_role = {(entry.name, entry.actor_role) for entry in entries}

    assert {
        ("episode.opened", "coordinator"),
        ("episode.evaluated", "clinician"),
        ("episode.decided", "clinician"),
        ("episode.checked_in", "nurse"),
        ("episode.harvested", "clinician"),
        ("episode.processed", "technician"),
        ("episode.released", "technician"),
        ("episode.injected", "clinician"),
        ("episode.discharged", "clinician"),
    } <= by_role


def test_c6_is_deferred_until_two_weeks_after_the_antibiotic(replayed):
    episode = replayed.episode("c6")
    decision = episode.decisions.get(superseded_at=None)

    assert episode.stage == "deferred"
    assert decision.reevaluate_on == date(2026, 11, 11)
    assert facts("C6")["reevaluation"]["earliest"].startswith("2026-11-11")


def test_c6_override_attempts_are_on_record(replayed):
    stream = f"episode:{replayed.c6.episode_id}"
    entries = [
        (entry.name, entry.actor_role, json.loads(entry.payload).get("act"))
        for entry in journal.entries(stream)
    ]

    assert ("episode.act_refused", "clinician", "override") in entries
    assert ("episode.act_forbidden", "admin", "override") in entries
    assert not replayed.episode("c6").overrides.exists()


def test_c6_has_no_procedure_visit(replayed):
    types = set(replayed.c6.visits)

    assert types == {"consultation", "reevaluation"}


# What each person receives: the hand-written table plan() is held against.
C1_TEXTS = [
    ("confirmation", "2025-09-09 10:00"),
    ("questionnaire", "2025-09-13 10:00"),
    ("day_before", "2025-09-15 10:00"),
    ("confirmation", "2025-09-17 10:00"),
    ("prepare_t14", "2025-09-30 10:00"),
    ("prepare_t7", "2025-10-07 10:00"),
    ("prepare_t2", "2025-10-12 12:00"),
    ("day_before", "2025-10-13 10:00"),
    ("check_in_d1", "2025-10-15 10:00"),
    ("check_in_d3", "2025-10-17 10:00"),
    ("check_in_d7", "2025-10-21 10:00"),
    # Each visit is booked by its link two and a half hours later.
    ("time_to_book", "2025-10-22 10:00"),
    ("confirmation", "2025-10-22 12:30"),
    ("day_before", "2025-10-27 10:00"),
    ("time_to_book", "2025-11-11 10:00"),
    ("confirmation", "2025-11-11 12:30"),
    ("day_before", "2025-11-24 10:00"),
    ("time_to_book", "2025-12-24 10:00"),
    ("confirmation", "2025-12-24 12:30"),
    ("day_before", "2026-01-13 10:00"),
    ("time_to_book", "2026-03-17 10:00"),
    ("confirmation", "2026-03-17 12:30"),
    ("day_before", "2026-04-13 10:00"),
    ("time_to_book", "2026-09-02 10:00"),
    ("confirmation", "2026-09-02 12:30"),
    ("day_before", "2026-10-13 10:00"),
]
C6_TEXTS = [
    ("confirmation", "2026-10-12 10:00"),
    ("questionnaire", "2026-10-16 10:00"),
    ("day_before", "2026-10-18 12:00"),
    ("confirmation", "2026-11-12 10:00"),
]


@pytest.mark.parametrize(("key", "texts"), [("c1", C1_TEXTS), ("c6", C6_TEXTS)])
def test_the_texts_that_left_are_those_of_the_table(replayed, key, texts):
    rows = Message.objects.filter(patient_id=getattr(replayed, key).patient_id)
    left = rows.filter(sent_at__isnull=False).order_by("sent_at")

    assert [(row.kind, local(row.sent_at)) for row in left] == texts
    assert {row.channel for row in rows} == {"sms"}


# Written by hand: every message after the procedure that never left, and why.
C1_UNSENT = {
    # Booked two and a half hours after the invitation.
    ("book_nudge", "not_needed"): 10,
    # Asked at the visit, and answered there.
    ("check_in_d14", "not_needed"): 1,
    ("check_in_w6", "not_needed"): 1,
    ("check_in_m3", "not_needed"): 1,
    ("check_in_m6", "not_needed"): 1,
    ("check_in_m12", "not_needed"): 1,
}


def test_what_c1_did_not_need_any_more_never_left(replayed):
    rows = Message.objects.filter(patient_id=replayed.c1.patient_id, sent_at=None)
    unsent = Counter((row.kind, row.reason) for row in rows)
    late = unsent.pop(("check_in_nudge", "not_needed"), 0)
    closed = unsent.pop(("check_in_nudge", "answered_or_closed"), 0)

    assert {row.state for row in rows} == {"cancelled"}
    assert unsent == C1_UNSENT
    # D7 has one nudge in its window, D14 one, the others two each.
    assert late + closed == 1 + 1 + 4 * 2


def test_c1_has_reached_every_step_of_the_recovery(replayed):
    steps = milestone_selectors.steps(replayed.episode("c1"))

    assert {step.row.code: str(step.report.reached_on) for step in steps} == {
        "light_activities": "2025-10-21",
        "protected_use": "2025-10-28",
        "therapy": "2025-10-28",
        "improvement": "2025-11-25",
        "progress_m3": "2026-01-14",
        "progress_m6": "2026-04-14",
        "progress_m12": "2026-10-14",
    }


def test_c6_is_reminded_of_the_new_consultation_on_sunday_at_noon(replayed):
    rows = Message.objects.filter(patient_id=replayed.c6.patient_id, state="scheduled")

    assert [(row.kind, local(row.next_at)) for row in rows] == [
        ("day_before", "2026-11-29 12:00")
    ]


def test_no_text_names_a_procedure(replayed):
    rows = Message.objects.filter(
        patient_id__in=[replayed.c1.patient_id, replayed.c6.patient_id]
    )

    assert not any(
        word in row.body.lower()
        for row in rows
        for word in ("procedure", "knee", "marrow", "injection")
    )
