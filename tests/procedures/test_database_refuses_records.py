"""Signatures, corrections, parts, scores, events and flags past their guards in SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from procedures import day_vocabulary as words_of
from tests.factories import procedures as make
from tests.factories.procedure_day import ON, Day
from tests.procedures.attempts import (
    new_id,
    not_taken,
    rows,
    run,
    taken,
    told,
    update_refused,
)
from tests.procedures.refusals import copy

pytestmark = pytest.mark.django_db


@pytest.fixture
def day():
    return Day.ready().until("discharged")


SIGNED = ("checkin", "timeout", "harvest", "processing", "release", "injection")


@pytest.mark.parametrize("table", SIGNED)
def test_a_record_is_not_replaced_before_it_was_written(day, table):
    name = f"procedures_{table}"

    update_refused(
        "not replaced before",
        f"UPDATE {name} SET superseded_at = recorded_at",
        f"UPDATE {name} SET superseded_at = recorded_at - interval '1 hour'",
    )


@pytest.mark.parametrize("table", ["vitalsset", "handoff", "adverseevent"])
def test_a_correction_stays_in_its_episode(day, table):
    event(day)
    other = Day.ready(day.place, centrifuge="CF-02").until("released")
    event(other)
    name, why = f"procedures_{table}", {"correction_reason": "Read wrong."}
    mine, theirs = (
        next(r["id"] for r in rows(name) if r["episode_id"] == str(of.episode.pk))
        for of in (day, other)
    )

    taken(lambda: copy(name, mine, corrects_id=mine, **why))
    not_taken(
        "stays in its episode", lambda: copy(name, mine, corrects_id=theirs, **why)
    )


def event(day):
    answers = {
        "term": "presyncope",
        "grade": 2,
        "onset_at": day.at("10:00"),
        "place": "systemic",
        "relatedness": "possible",
        "expected": True,
        "outcome": "recovered",
        "serious_because": [],
    }
    return day.act("adverse_event", answers, "10:50", "nurse")


def test_no_grade_that_its_event_does_not_have(day):
    row = told(day.episode, lambda: event(day), "adverseevent")

    for grade in (1, 3, 4, 5):
        row.refused("grade does not exist", grade=grade)
    row.refused("adverse_event_grade", grade=6)
    row.refused("adverse_event_term", term="bad_luck")
    row.refused("onset_at_is_past", onset_at="2026-09-15T20:00:00Z")


def test_the_database_knows_the_grades_of_every_event():
    with connection.cursor() as cursor:
        for term, grades in words_of.ADVERSE_EVENT_GRADES.items():
            cursor.execute("SELECT procedures_grades_of(%s)", [term])
            assert tuple(cursor.fetchone()[0]) == grades, term


def test_an_adverse_event_is_never_deleted_or_softened(day):
    make.done(event(day))

    for statement in (
        "DELETE FROM procedures_adverseevent",
        "UPDATE procedures_adverseevent SET grade = 1",
    ):
        with pytest.raises(DatabaseError, match="permission"), transaction.atomic():
            run(statement)


def test_a_record_carries_its_own_signature():
    day = Day.ready()
    row = told(day.episode, day.check_in, "checkin")
    _, signature = row.before[0]
    other = make.episode(day.place)

    wrong = {
        "carries its own": {"subject": f"check_in:{new_id()}"},
        "carries its own signature": {"episode_id": str(other.pk)},
        "hash of the words": {"text": "I signed something else."},
        "works at the clinic": {"role": "medical_director"},
        "in the role": {"signer_id": make.site().person("nurse").user_id},
    }
    for said, change in wrong.items():

        def forged(change=change) -> None:
            row.before[0] = ("procedures_signature", signature | change)

        row.refused_after(said, forged)
        row.before[0] = ("procedures_signature", signature)


SCORES = {
    "from one answer of seven": ("no score", {"answers": {"stairs": 2}}),
    "from six answers of seven": ("no score", "six"),
    "better than its answers": ("that of its answers", {"score": "99.000"}),
    "of another sum": ("that of its answers", {"raw_score": 3}),
    "left out": ("that of its answers", {"raw_score": None, "score": None}),
    "of an answer out of range": ("does not fit", "nine"),
    "of an item nobody asks": ("does not fit", "unknown"),
    "of half an answer": ("does not fit", "half"),
    "without its sum": ("go_together", {"raw_score": None}),
    "of a contact that is none": ("baseline's or a contact's", {"occasion": "W6"}),
}


@pytest.mark.parametrize("attempt", SCORES)
def test_no_score(attempt):
    words, changes = SCORES[attempt]
    place = make.site()
    path = make.episode(place)
    row = told(
        path,
        lambda: make.act(place, path, "evaluate", make.evaluation()),
        "instrumentresponse",
    )
    answers = dict(row.row["answers"])
    assert len(answers) == 7
    if changes == "six":
        changes = {"answers": dict(list(answers.items())[:6])}
    elif changes in ("nine", "half"):
        changes = {"answers": answers | {"stairs": 9 if changes == "nine" else 1.5}}
    elif changes == "unknown":
        changes = {"answers": answers | {"flying": 1}}

    row.refused(words, **changes)


def test_a_contact_is_answered_by_an_answer_and_never_moves(day):
    one = "UPDATE procedures_followup SET {} WHERE code = 'D1'"

    taken(lambda: run(one.format("state = 'missed'")))
    answered = "state = 'answered', answered_at = planned_at"
    not_taken("answered by an answer", lambda: run(one.format(answered)))
    for change in ("target_on = target_on + 1", "window_to = window_to + 7"):
        not_taken("never moves", lambda change=change: run(one.format(change)))


def test_draws_do_not_come_to_more_than_the_harvest():
    day = Day.ready().until("checked_in")
    day.time_out()
    row = told(day.episode, day.harvest, "aliquot", "harvest")

    def one_more() -> None:
        for seq in (101, 102):
            extra = row.row | {"id": 90_000 + seq, "seq": seq, "volume_ml": "59.0"}
            row.before.append(("procedures_aliquot", extra))

    row.refused_after("more than the harvest", one_more)


EDITS = (
    "UPDATE core_journalentry SET payload = ''",
    "DELETE FROM core_journalentry",
    "UPDATE core_chainhead SET seq = 0",
    "INSERT INTO core_chainhead (stream, seq, hash) VALUES ('x', 0, '')",
    "UPDATE clinics_accesslogentry SET count = 0",
    "DELETE FROM clinics_accesslogentry",
    "UPDATE notifications_attempt SET id = id",
    "DELETE FROM notifications_attemptoutcome",
    "UPDATE procedures_aliquot SET volume_ml = 1",
    "UPDATE procedures_lastdose SET last_dose_at = now()",
    "UPDATE procedures_consenttarget SET target_id = target_id",
    "DELETE FROM procedures_consentrevocation",
    "UPDATE procedures_consent SET valid_until = valid_until + 90",
    "UPDATE procedures_decision SET outcome = 'approved'",
    "UPDATE procedures_decisionrule SET level = 'WARN'",
    "UPDATE procedures_ruleversion SET level = 'WARN' WHERE code = 'INF-01'",
    "UPDATE procedures_release SET expires_at = expires_at + interval '1 hour'",
    "UPDATE procedures_product SET recipient_id = gen_random_uuid()",
    "UPDATE procedures_handoff SET container_scan = 'X'",
    "UPDATE procedures_kituse SET serial = 'X'",
    "DELETE FROM procedures_scanincident",
    "SELECT setval('core_journalentry_id_seq', 1)",
    "ALTER TABLE procedures_injection DISABLE TRIGGER ALL",
    "DROP TRIGGER injection_is_safe ON procedures_injection",
    "SET session_replication_role = replica",
    """CREATE OR REPLACE FUNCTION core_deny_change() RETURNS trigger
    LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'""",
)


@pytest.mark.parametrize("statement", EDITS)
def test_the_app_may_not(statement):
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        run(statement)


def test_incidents_are_resolved_afterwards_by_the_team():
    day = Day.ready().until("released")
    neighbour = Day.ready(day.place, centrifuge="CF-02").until("harvested")
    day.hand_off("H6", "10:00", container_scan=neighbour.product("A").code)
    row = told(day.episode, lambda: day.resolve("10:05"), "incidentresolution")

    row.refused("after it happened", resolved_at=make.at(ON, "09:50"))
    office = day.place.person("coordinator").user_id
    row.refused("two of the treating team", second_id=office)
    row.refused("by_two_people", second_id=row.row["first_id"])
