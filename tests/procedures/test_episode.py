"""The one door of every act: who, which version, when, and what stays on record."""

from datetime import timedelta

import pytest

from core import events, journal
from core.problems import NotFound, StaleVersion
from core.refusal import Refused
from patients.selectors import actor_for
from procedures.acts import dispatch
from procedures.episodes.selectors import next_acts, timeline
from procedures.episodes.services import open_episode
from procedures.events import EpisodeAdvanced
from procedures.fields.schema import InvalidData
from procedures.models import Episode, Evaluation, Target
from tests.factories import patients
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedures import act, decision, done, evaluation

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.site()


@pytest.fixture
def told():
    heard = []
    events.subscribe(EpisodeAdvanced, heard.append)
    yield heard
    events._subscribers[EpisodeAdvanced].remove(heard.append)


def test_an_episode_opens_at_the_enquiry_with_its_targets(place):
    path = make.episode(place)

    assert (path.stage, path.version) == ("enquiry", 1)
    assert str(Target.objects.get(episode=path)) == "right knee, intra articular"
    assert timeline(path)[0].name == "episode.opened"


@pytest.mark.parametrize(
    "targets",
    [
        [],
        [{"joint": "knee"}],
        [{"joint": "spine", "laterality": "left"}],
        [make.KNEE, make.KNEE],
    ],
)
def test_an_episode_needs_known_targets_with_a_side(place, targets):
    with pytest.raises(InvalidData, match="/targets"):
        open_episode(
            patient_id=patients.patient(place.clinic).pk,
            clinic_id=place.clinic.pk,
            targets=targets,
            by=place.actor("coordinator"),
            now=NOW,
        )


def test_an_episode_opens_for_a_patient_of_this_clinic_only(place):
    with pytest.raises(NotFound):
        make.episode(place, patient=patients.patient())


def test_an_act_raises_the_version_tells_and_is_in_the_journal(place, told):
    path = make.evaluated(place)

    [entry] = [e for e in timeline(path) if e.name == "episode.evaluated"]
    assert path.version == 2
    assert (entry.details["from"], entry.details["to"]) == ("enquiry", "consultation")
    assert [(e.episode_id, e.stage) for e in told] == [(path.pk, "consultation")]


def test_an_old_version_is_stale(place):
    path = make.evaluated(place)

    with pytest.raises(StaleVersion):
        act(place, path, "decide", decision(), version=1)


def test_another_clinics_episode_does_not_exist(place):
    path = make.evaluated(make.site())

    with pytest.raises(NotFound):
        act(place, path, "decide", decision())


def test_a_patient_acts_on_their_own_episode_only(place):
    path = make.evaluated(place)
    stranger = patients.patient(place.clinic)

    with pytest.raises(NotFound):
        dispatch.perform(
            episode_id=path.pk,
            act="respond",
            data={},
            version=None,
            by=actor_for(stranger),
            now=NOW,
        )


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("evaluate", "nurse"),
        ("decide", "coordinator"),
        ("consent", "technician"),
        ("override", "admin"),
        ("prepare", "technician"),
        ("abort", "nurse"),
        ("correct", "coordinator"),
        ("complete", "nurse"),
    ],
)
def test_a_role_that_may_not_is_forbidden_on_record(place, name, role):
    path = make.evaluated(place)

    outcome = act(place, path, name, {}, role=role)

    assert isinstance(outcome, Refused)
    assert outcome.status == 403
    last = journal.entries(f"episode:{path.pk}").last()
    assert (last.name, last.actor_role) == ("episode.act_forbidden", role)


def test_a_refusal_changes_nothing_but_the_journal(place):
    path = make.evaluated(place, temperature_c=38.3)

    act(place, path, "decide", decision())

    after = Episode.objects.get(pk=path.pk)
    assert (after.version, after.stage) == (path.version, "consultation")


def test_nothing_can_happen_in_the_future(place):
    path = make.episode(place)

    with pytest.raises(InvalidData, match="future"):
        act(
            place,
            path,
            "evaluate",
            evaluation(),
            occurred_at=NOW + timedelta(minutes=1),
        )


def test_a_late_entry_keeps_both_times(place):
    path = make.episode(place)
    then, now = NOW + timedelta(hours=1), NOW + timedelta(hours=4)

    late = {"occurred_at": then, "late_reason": "The network was down."}
    done(act(place, path, "evaluate", evaluation(), now=now, **late))

    found = Evaluation.objects.get(episode=path)
    assert (found.occurred_at, found.recorded_at) == (then, now)


def test_a_signed_act_needs_the_signature_of_who_acts(place):
    path = make.episode(place)

    with pytest.raises(InvalidData, match="/signature: is required"):
        act(place, path, "evaluate", evaluation(), signature=None)
    proof = place.proof("medical_director")
    with pytest.raises(InvalidData, match="the person acting"):
        act(place, path, "evaluate", evaluation(), signature=proof)


def test_a_correction_is_a_whole_new_row(place):
    path = make.evaluated(place)
    wrong = Evaluation.objects.get(episode=path)
    answers = {
        "record": "evaluation",
        "record_id": str(wrong.pk),
        "reason": "Weight was misread on the scale.",
        "values": evaluation(weight_kg=87),
    }

    done(act(place, path, "correct", answers, now=NOW + timedelta(days=1)))

    wrong.refresh_from_db()
    right = Evaluation.objects.get(episode=path, superseded_at=None)
    assert wrong.superseded_at is not None
    assert (right.corrects, right.weight_kg) == (wrong, 87)
    assert right.occurred_at == wrong.occurred_at
    assert right.correction_reason == "Weight was misread on the scale."


def test_a_replaced_record_is_not_corrected_again(place):
    path = make.evaluated(place)
    old = Evaluation.objects.get(episode=path)
    done(act(place, path, "evaluate", evaluation()))
    answers = {
        "record": "evaluation",
        "record_id": str(old.pk),
        "reason": "Weight was misread.",
        "values": evaluation(),
    }

    with pytest.raises(InvalidData, match="not a current record"):
        act(place, path, "correct", answers)


def test_errors_of_a_correction_point_into_its_values(place):
    path = make.evaluated(place)
    answers = {
        "record": "evaluation",
        "record_id": str(Evaluation.objects.get(episode=path).pk),
        "reason": "Weight was misread.",
        "values": evaluation(weight_kg=870),
    }

    with pytest.raises(InvalidData, match="/values/weight_kg"):
        act(place, path, "correct", answers)


def test_a_correction_that_makes_a_hard_rule_fire_ends_the_approval(place):
    path = make.approved(place)
    answers = {
        "record": "evaluation",
        "record_id": str(Evaluation.objects.get(episode=path).pk),
        "reason": "The grade was read from the other knee.",
        "values": evaluation(finding={"grade_kl": 4}),
    }

    path = done(act(place, path, "correct", answers))

    assert path.stage == "deferred"


def test_next_acts_are_those_of_stage_and_role(place):
    path = make.approved(place)

    def names(role):
        return {n.schema.act for n in next_acts(path, place.actor(role), NOW)}

    assert names("coordinator") == {"prepare", "withdraw"}
    assert {"decide", "consent", "evaluate"} <= names("clinician")
    assert names("admin") == set()


def test_planners_see_stages_and_no_codes_in_the_timeline(place):
    path = make.evaluated(place, temperature_c=38.3)
    act(place, path, "decide", decision())

    planner = timeline(path, clinical=False)[-1].details
    carer = timeline(path, clinical=True)[-1].details

    assert "INF-01" in carer["codes"]
    assert planner == {"act": "decide", "version": 2}


def test_a_withdrawn_episode_is_closed(place):
    path = make.approved(place)

    path = done(act(place, path, "withdraw", {"reason": "Feels better"}, role="nurse"))

    assert (path.stage, path.closed_at) == ("withdrawn", NOW)
