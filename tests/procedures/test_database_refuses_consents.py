"""Consents and what they arrange, past their guards in SQL."""

import pytest

from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedures import act
from tests.procedures.attempts import not_taken, run, taken, told

pytestmark = pytest.mark.django_db

TOMORROW = "2026-09-02T15:00:00+00:00"


@pytest.fixture
def place():
    return make.site()


CONSENTS = {
    "signed ahead": ("not signed ahead", {"signed_at": TOMORROW}),
    "for a year": ("90 days", {"valid_until": "2027-09-01"}),
    "ended before it began": ("90 days", {"valid_until": "2026-08-31"}),
    "without a hash": ("document_is_hashed", {"document_sha256": "AB"}),
    "without a proceduralist": ("names_the_proceduralist", {"proceduralist_id": None}),
    "told ahead": ("not what will", {"occurred_at": TOMORROW}),
}


@pytest.mark.parametrize("attempt", CONSENTS)
def test_no_consent(place, attempt):
    words, changes = CONSENTS[attempt]
    path = make.approved(place)
    answers = make.consent(place)

    row = told(path, lambda: act(place, path, "consent", answers), "consent")
    row.refused(words, **changes)


def test_no_consent_that_names_a_nurse_or_another_patients_target(place):
    path, other = make.approved(place), make.approved(place)
    answers = make.consent(place)

    def step():
        return act(place, path, "consent", answers)

    told(path, step, "consent").refused(
        "clinician of the clinic", proceduralist_id=place.person("nurse").user_id
    )
    told(path, step, "consenttarget", "consent").refused(
        "another episode's", target_id=str(other.targets.get().pk)
    )


@pytest.mark.parametrize(
    ("words", "revoked_at"),
    [("after it is given", "2026-08-31"), ("taken back ahead", "2026-09-03")],
    ids=["before it is given", "ahead"],
)
def test_no_consent_is_taken_back(place, words, revoked_at):
    path = make.prepared(place, make.approved(place))
    answers = {"consent_type": "procedure", "revoke": True, "reason": "Not now."}
    later = NOW.replace(hour=16)

    row = told(
        path,
        lambda: act(place, path, "consent", answers, now=later),
        "consentrevocation",
    )
    row.refused(words, revoked_at=f"{revoked_at}T12:00:00Z")


def test_consent_is_not_arranged_without_one(place):
    path = make.approved(place)
    done_by_hand = (
        "UPDATE procedures_readinessitem SET state = 'done'"
        " WHERE episode_id = %s AND kind = 'consent'"
    )

    not_taken("done when it is signed", lambda: run(done_by_hand, path.pk))
    path = make.prepared(place, path)
    taken(lambda: run(done_by_hand, path.pk))
    waived = done_by_hand.replace("'done'", "'waived', reason = 'x'")
    not_taken("never_waived", lambda: run(waived, path.pk))
    gone = "DELETE FROM procedures_readinessitem WHERE episode_id = %s"
    not_taken("not deleted", lambda: run(gone, path.pk))
