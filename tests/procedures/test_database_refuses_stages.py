"""Stages that the pathway does not know, or whose record is missing, in SQL."""

import pytest

from procedures.migrations.sql import milestones_0015
from procedures.migrations.sql import refusals_0012_path as frozen
from procedures.pathway import STAGES, STAYS, TERMINAL, TRANSITIONS, Act, Stage
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.factories.procedures import act, done
from tests.procedures.attempts import (
    insert,
    new_id,
    not_taken,
    revoke,
    rows,
    run,
    taken,
    told,
)

pytestmark = pytest.mark.django_db

# What entering a record in error takes back.
TAKEN_BACK = {
    ("checked_in", "ready"),
    ("harvested", "checked_in"),
    ("processed", "harvested"),
    ("released", "processed"),
    ("injected", "released"),
    ("discharged", "injected"),
    ("approved", "consultation"),
    ("declined", "consultation"),
}


def test_the_database_knows_the_table_of_the_pathway():
    steps = {(str(a), str(b)) for (a, _), b in TRANSITIONS.items()}
    after = {b for a, b in steps if a == "decided"}
    through = {(a, b) for a, b in steps for b in after if (a, "decided") in steps}
    known = {
        (before, after)
        for before, afters in frozen.LEADS_TO.items()
        for after in afters.split()
    }

    same = {(stage, stage) for stage in map(str, STAGES)}
    assert known - same == (steps | through | TAKEN_BACK) - same


def test_records_are_made_in_the_stages_of_their_acts():
    made_by = {
        "evaluation": Act.EVALUATE,
        "decision": Act.DECIDE,
        "override": Act.OVERRIDE,
        "consent": Act.CONSENT,
        "checkin": Act.CHECK_IN,
        "timeout": Act.TIME_OUT,
        "harvest": Act.HARVEST,
        "handoff": Act.HAND_OFF,
        "processing": Act.PROCESS,
        "release": Act.RELEASE,
        "injection": Act.INJECT,
        "notdone": Act.NOT_DONE,
        "discharge": Act.DISCHARGE,
        "response": Act.RESPOND,
    }
    for table, made in made_by.items():
        begins = {str(stage) for stage, step in TRANSITIONS if step == made}
        allowed = begins | {str(stage) for stage in STAYS.get(made, ())}

        in_stage = frozen.IN_STAGE | milestones_0015.IN_STAGE
        assert set(in_stage[table].split()) == allowed, table


def move(path, stage, **columns):
    """Write the stage by hand, closed if it ends the path."""
    closes = stage in TERMINAL
    why = columns.get("closing_reason", "Said so." if closes else "")
    run(
        "UPDATE procedures_episode SET stage = %s, closing_reason = %s, closed_at ="
        " CASE WHEN %s THEN stage_at END, version = version + 1 WHERE id = %s",
        stage,
        why,
        closes,
        path.pk,
    )


LEAPS = [
    ("enquiry", "approved"),
    ("enquiry", "scheduled"),
    ("enquiry", "harvested"),
    ("enquiry", "injected"),
    ("enquiry", "completed"),
    ("consultation", "ready"),
    ("consultation", "checked_in"),
    ("approved", "ready"),
    ("approved", "checked_in"),
    ("approved", "injected"),
    ("approved", "enquiry"),
    ("approved", "completed"),
]


@pytest.mark.parametrize(("stage", "after"), LEAPS)
def test_no_leap(stage, after):
    place = make.site()
    path = {
        "enquiry": make.episode,
        "consultation": make.evaluated,
        "approved": make.approved,
    }[stage](place)
    assert path.stage == stage

    taken(lambda: move(path, "withdrawn"))
    not_taken(f"does not go from {stage} to {after}", lambda: move(path, after))


@pytest.mark.parametrize("after", ["enquiry", "approved", "checked_in", "injected"])
def test_an_ended_episode_stays_ended(after):
    place = make.site()
    path = done(act(place, make.approved(place), "withdraw", {"reason": "Moved away."}))

    not_taken("does not go from withdrawn", lambda: move(path, after))


def test_an_end_has_its_time_and_its_reason():
    path = make.approved(make.site())
    stage = "UPDATE procedures_episode SET stage = 'withdrawn' WHERE id = %s"

    not_taken("closed when it ends", lambda: run(stage, path.pk))
    not_taken("says why", lambda: move(path, "withdrawn", closing_reason=""))
    closed = "UPDATE procedures_episode SET closed_at = stage_at WHERE id = %s"
    not_taken("closed when it ends", lambda: run(closed, path.pk))


def test_an_episode_begins_as_an_enquiry_of_its_clinics_patient():
    place = make.site()
    old = make.episode(place)
    [row] = rows("procedures_episode")
    elsewhere = make.episode(make.site())

    taken(lambda: insert("procedures_episode", row | {"id": new_id()}))
    for stage in ("approved", "ready", "released", "completed"):
        not_taken(
            "begins as an enquiry",
            lambda stage=stage: insert(
                "procedures_episode", row | {"id": new_id(), "stage": stage}
            ),
        )
    not_taken(
        "another clinic's",
        lambda: insert(
            "procedures_episode",
            row | {"id": new_id(), "patient_id": str(elsewhere.patient_id)},
        ),
    )
    assert old.stage == Stage.ENQUIRY


KEPT = {
    "its patient": ("never changed", "patient_id = gen_random_uuid()"),
    "its clinic": ("never changed", "clinic_id = clinic_id + 1"),
    "its version": ("only counts up", "version = version - 1"),
    "its opening": ("only counts up", "opened_at = opened_at - interval '1 day'"),
}


@pytest.mark.parametrize("what", KEPT)
def test_an_episode_keeps(what):
    words, change = KEPT[what]
    path = make.approved(make.site())
    statement = "UPDATE procedures_episode SET {} WHERE id = %s"

    taken(lambda: run(statement.format("version = version + 1"), path.pk))
    not_taken(words, lambda: run(statement.format(change), path.pk))


def test_targets_are_fixed_once_evaluated():
    place = make.site()
    path = make.episode(place)
    [row] = rows("procedures_target")
    other = row | {"id": new_id(), "laterality": "left", "position": 2}

    taken(lambda: insert("procedures_target", other))
    done(act(place, path, "evaluate", make.evaluation()))
    not_taken("fixed once", lambda: insert("procedures_target", other))
    side = "UPDATE procedures_target SET laterality = 'left'"
    not_taken("never changed", lambda: run(side))


def test_no_approval_without_a_decision_that_approves():
    place = make.site()
    path = make.evaluated(place)

    not_taken("no current decision approves", lambda: move(path, "approved"))
    not_taken("no decision declines", lambda: move(path, "declined"))
    not_taken("there is no decision", lambda: move(path, "decided"))
    decided = told(
        path, lambda: act(place, path, "decide", make.decision()), "decision"
    )

    def with_it() -> None:
        decided.write()
        move(path, "approved")

    taken(with_it)


def test_not_scheduled_without_an_approval_in_force_and_a_visit():
    place = make.open_site()
    path = make.approved(place)

    not_taken("no procedure is booked", lambda: move(path, "scheduled"))
    make.book(place, path, make.at("2026-09-15"))
    path.refresh_from_db()
    assert path.stage == "scheduled"
    run(
        "UPDATE procedures_episode SET stage = 'approved' WHERE id = %s",
        path.pk,
    )
    taken(lambda: move(path, "scheduled"))

    def without() -> None:
        run("UPDATE procedures_decision SET superseded_at = recorded_at")
        move(path, "scheduled")

    def too_late() -> None:
        run(
            "UPDATE procedures_episode SET stage = 'scheduled',"
            " stage_at = '2027-06-01' WHERE id = %s",
            path.pk,
        )

    not_taken("no current decision approves", without)
    not_taken("approval has run out", too_late)


def test_not_ready_while_something_is_open_or_the_consent_is_gone():
    day = Day.ready()
    scheduled = "UPDATE procedures_episode SET stage = 'scheduled' WHERE id = %s"
    run(scheduled, day.episode.pk)
    taken(lambda: move(day.episode, "ready"))

    def something_open() -> None:
        run("UPDATE procedures_readinessitem SET state = 'open' WHERE kind = 'labs'")
        move(day.episode, "ready")

    def revoked() -> None:
        revoke(day.episode, day.at("08:00"))
        move(day.episode, "ready")

    not_taken("still to be arranged", something_open)
    not_taken("no procedure consent", revoked)


WALK = [
    ("ready", "checked_in", "nobody was checked in", ("checkin", "vitalsset")),
    ("checked_in", "harvested", "nothing was harvested", ("harvest",)),
    ("harvested", "processed", "nothing was processed", None),
    ("processed", "released", "no product was released", ("release",)),
    ("released", "injected", "a target is not injected", None),
    ("injected", "discharged", "nobody was discharged", None),
    ("discharged", "follow_up", "has not answered", None),
]


@pytest.mark.parametrize(
    ("stage", "after", "words", "tables"), WALK, ids=[after for _, after, _, _ in WALK]
)
def test_no_stage_without_its_record(stage, after, words, tables):
    day = Day.ready().until(stage)
    if stage == "checked_in":
        day.time_out()
    steps = {
        "checked_in": day.check_in,
        "harvested": day.harvest,
        "released": day.release,
    }

    not_taken(words, lambda: move(day.episode, after))
    if tables is None:
        return
    *before, table = tables
    row = told(day.episode, steps[after], table, *before)

    def with_it() -> None:
        row.write()
        move(day.episode, after)

    taken(with_it)


BACK = [
    ("checked_in", "ready", "check-in stands"),
    ("harvested", "checked_in", "harvest stands"),
    ("processed", "harvested", "processing stands"),
    ("released", "processed", "release stands"),
    ("discharged", "injected", "discharge stands"),
]


@pytest.mark.parametrize(("stage", "before", "words"), BACK)
def test_no_step_back_while_the_record_stands(stage, before, words):
    day = Day.ready().until(stage)
    table = words.split()[0].replace("-", "")

    not_taken(words, lambda: move(day.episode, before))

    def in_error() -> None:
        run(f"UPDATE procedures_{table} SET superseded_at = recorded_at")
        move(day.episode, before)

    taken(in_error)


@pytest.mark.parametrize("stage", ["harvested", "processed", "released"])
def test_no_abort_that_keeps_the_product(stage):
    day = Day.ready().until(stage)

    not_taken("discards its product", lambda: move(day.episode, "aborted"))
    answers = {"reason": "other", "note": "The patient went home."}
    assert done(day.act("abort", answers, "10:05", "clinician")).stage == "aborted"


def test_not_completed_while_a_follow_up_is_open():
    day = Day.ready().until("discharged")
    run("UPDATE procedures_followup SET state = 'missed' WHERE code <> 'M12'")

    not_taken("still open", lambda: move(day.episode, "completed"))
    taken(lambda: move(day.episode, "lost_to_follow_up"))


def test_a_visit_stays_with_its_patient_and_episode():
    place = make.open_site()
    path, visit = make.ready(place)
    other = make.approved(place)
    taken(lambda: run("UPDATE procedures_episodevisit SET starts_at = starts_at"))

    moved = "UPDATE procedures_episodevisit SET episode_id = %s"
    not_taken("stays with its episode", lambda: run(moved, other.pk))
    not_taken("is kept", lambda: run("DELETE FROM procedures_episodevisit"))
    patient = "UPDATE scheduling_appointment SET patient_id = %s WHERE id = %s"
    not_taken("never changed", lambda: run(patient, other.patient_id, visit.pk))
    gone = "DELETE FROM scheduling_appointment WHERE id = %s"
    not_taken("never changed", lambda: run(gone, visit.pk))
    [row] = rows("procedures_episodevisit")
    again = row | {"id": new_id(), "episode_id": str(other.pk)}

    def linked() -> None:
        run("ALTER TABLE procedures_episodevisit DISABLE TRIGGER ALL")

    assert path.stage == "ready"
    with pytest.raises(Exception, match="must be owner"):
        taken(linked)
    elsewhere = make.ready(place, make.at("2026-09-16"))[1]
    not_taken(
        "another patient's|visit_belongs",
        lambda: insert(
            "procedures_episodevisit", again | {"appointment_id": str(elsewhere.pk)}
        ),
    )
