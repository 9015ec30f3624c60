"""Consents: their scope, their time, and taking them back."""

from datetime import date, timedelta

import pytest

from core.refusal import Refused
from procedures.facts.selectors import facts
from procedures.fields.schema import InvalidData
from procedures.models import Consent, ReadinessItem
from tests.factories import procedures as make
from tests.factories.clinics import NOW, clinic, membership
from tests.factories.procedures import act, done

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.site()


def item(path):
    return ReadinessItem.objects.get(episode=path, kind="consent").state


def test_a_consent_is_signed_for_90_days_and_for_its_scope(place):
    path = make.approved(place)

    done(act(place, path, "consent", make.consent(place)))

    found = Consent.objects.get(episode=path)
    assert found.valid_until == date(2026, 11, 30)
    assert [t.target_id for t in found.targets.all()] == [path.targets.get().pk]
    assert found.proceduralist_id == place.person("clinician").user_id
    assert item(path) == "done"


def test_a_consent_to_the_other_side_is_refused_on_record(place):
    path = make.approved(place)
    left = make.consent(place, targets=[{"laterality": "left"}])

    outcome = act(place, path, "consent", left)

    assert isinstance(outcome, Refused)
    assert [r.code for r in outcome.reasons] == ["laterality"]
    assert outcome.reasons[0].text == "The consent says left, the plan says right."
    assert item(path) == "open"


def test_a_consent_to_a_target_of_another_plan_is_invalid(place):
    path, other = make.approved(place), make.approved(place)
    foreign = [{"target": str(other.targets.get().pk), "laterality": "right"}]

    with pytest.raises(InvalidData, match="not a target of this plan"):
        act(place, path, "consent", make.consent(place, targets=foreign))


def test_a_consent_that_leaves_a_target_out_does_not_make_ready(place):
    shoulder = {"joint": "shoulder", "laterality": "right"}
    path = make.episode(place, make.KNEE, shoulder)
    cuff = {"icd10": "M75.111", "cuff_tear": "partial_bursal"}
    rows = [{"icd10": "M17.11", "grade_kl": 3}, cuff]
    done(act(place, path, "evaluate", make.evaluation() | {"findings": rows}))
    path = done(act(place, path, "decide", make.decision()))

    done(act(place, path, "consent", make.consent(place)))

    assert item(path) == "open"


def test_a_new_consent_replaces_the_old_one_of_its_type_only(place):
    path = make.approved(place)
    status = {"consent_type": "evidence_and_fda_status"}
    done(act(place, path, "consent", make.consent(place, **status)))
    done(act(place, path, "consent", make.consent(place)))

    done(act(place, path, "consent", make.consent(place)))

    current = Consent.objects.filter(episode=path, superseded_at=None)
    assert sorted(current.values_list("consent_type", flat=True)) == [
        "evidence_and_fda_status",
        "procedure",
    ]
    assert Consent.objects.filter(episode=path).count() == 3


def test_a_consent_taken_back_opens_the_item_and_unreadies(place):
    place = make.open_site()
    path, _ = make.ready(place)
    answers = {"revoke": True, "reason": "The patient wants to think it over."}

    path = done(act(place, path, "consent", answers))

    assert (path.stage, item(path)) == ("scheduled", "open")
    assert facts(path, NOW).consent("procedure") is None


def test_a_consent_given_before_the_approval_counts_at_the_approval(place):
    path = make.evaluated(place)
    done(act(place, path, "consent", make.consent(place)))

    done(act(place, path, "decide", make.decision()))

    assert item(path) == "done"


def test_a_document_is_named_by_its_hash(place):
    path = make.approved(place)

    with pytest.raises(InvalidData, match="hexadecimal"):
        act(place, path, "consent", make.consent(place, document_sha256="z" * 64))


def test_what_was_never_given_cannot_be_taken_back(place):
    path = make.approved(place)

    outcome = act(place, path, "consent", {"revoke": True})

    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "consent-missing"


def test_the_proceduralist_is_a_clinician_of_this_clinic(place):
    path = make.approved(place)
    elsewhere = membership("clinician", clinic())

    for who in (elsewhere.user_id, place.person("nurse").user_id):
        with pytest.raises(InvalidData, match="not a clinician"):
            act(place, path, "consent", make.consent(place, proceduralist=who))


def test_consent_is_neither_waived_nor_ticked_off(place):
    path = make.approved(place)
    for state, code in (
        ("waived", "consent-not-waived"),
        ("done", "consent-by-signature"),
    ):
        answers = {"item": "consent", "state": state, "reason": "In a hurry"}

        outcome = act(place, path, "prepare", answers, role="coordinator")

        assert isinstance(outcome, Refused)
        assert outcome.reasons[0].code == code


def test_other_items_are_waived_with_a_reason(place):
    path = make.approved(place)
    waive = {"item": "labs", "state": "waived"}

    refused = act(place, path, "prepare", waive, role="nurse")
    done(act(place, path, "prepare", waive | {"reason": "Fresh labs"}, role="nurse"))

    assert isinstance(refused, Refused)
    assert ReadinessItem.objects.get(episode=path, kind="labs").state == "waived"


def test_everything_arranged_makes_ready_by_itself():
    place = make.open_site()
    path = make.prepared(place, make.approved(place))

    make.book(place, path, NOW + timedelta(days=14))

    path.refresh_from_db()
    assert path.stage == "ready"


def test_an_item_opened_again_ends_the_readiness():
    place = make.open_site()
    path, _ = make.ready(place)

    again = {"item": "labs", "state": "open"}
    path = done(act(place, path, "prepare", again, role="nurse"))

    assert path.stage == "scheduled"
