"""Patient links: one per subject, its token stored nowhere, five tries."""

from datetime import date, timedelta

import pytest

from core.journal import entries
from patients import selectors
from patients.domain import link_tokens
from patients.models import PatientLink, Task
from patients.services import links
from tests.factories.clinics import NOW
from tests.factories.patients import BORN, BY, link, patient

pytestmark = pytest.mark.django_db

WRONG = date(1970, 1, 1)


def prove(of, birth_date, now=NOW):
    return links.prove_birth_date(token=links.token(of), birth_date=birth_date, now=now)


def test_the_same_subject_and_revision_is_the_same_link():
    marisol = patient()

    first = link(marisol, subject="appointment:1")
    again = link(marisol, subject="appointment:1")
    moved = link(marisol, subject="appointment:1", revision=1)

    assert first.pk == again.pk
    assert links.token(first) == links.token(again)
    assert links.token(moved) != links.token(first)


def test_asking_again_keeps_the_expiry_given_last():
    marisol = patient()
    link(marisol, subject="appointment:1")

    link(marisol, subject="appointment:1", expires_at=NOW + timedelta(days=30))

    assert PatientLink.objects.get().expires_at == NOW + timedelta(days=30)


def test_a_subject_belongs_to_one_patient():
    link(patient(), subject="appointment:1")

    with pytest.raises(ValueError, match="another patient"):
        link(patient(), subject="appointment:1")


def test_only_the_hash_of_the_token_is_stored():
    issued = link(patient())

    token = links.token(issued)

    row = PatientLink.objects.values().get()
    assert row["token_hash"] == link_tokens.fingerprint(token)
    assert not any(token in str(value) for value in row.values())


def test_a_link_is_found_by_its_token_until_it_expires():
    issued = link(patient(), expires_at=NOW + timedelta(days=1))
    token = links.token(issued)

    assert links.find(token, NOW) == issued
    assert links.find(token, NOW + timedelta(days=1)) is None


@pytest.mark.parametrize("token", ["", "x" * 22, "x" * 21, "é" * 22, "\x00" * 22])
def test_an_unknown_token_finds_nothing(token):
    link(patient())

    assert links.find(token, NOW) is None


def test_a_revoked_link_finds_nothing_and_stays_revoked():
    marisol = patient()
    issued = link(marisol, subject="appointment:1")

    ended = links.revoke(patient_id=marisol.pk, subject="appointment:1", by=BY, now=NOW)
    link(marisol, subject="appointment:1")

    assert ended == 1
    assert links.find(links.token(issued), NOW) is None


def test_a_changed_link_key_ends_what_was_sent_and_asking_again_mends_it(settings):
    marisol = patient()
    issued = link(marisol, subject="appointment:1")
    sent = links.token(issued)

    settings.LINK_KEY = "another-link-key-" + "y" * 40
    again = link(marisol, subject="appointment:1")

    assert links.find(sent, NOW) is None
    assert links.find(links.token(again), NOW) == issued


def test_looking_at_a_link_changes_nothing():
    issued = link(patient())
    before = PatientLink.objects.values().get()

    for _ in range(10):
        links.find(links.token(issued), NOW)

    assert PatientLink.objects.values().get() == before


def test_the_right_birth_date_opens_it():
    marisol = patient()
    issued = link(marisol)

    assert prove(issued, BORN) == links.Proved(patient=marisol, link=issued)


def test_wrong_birth_dates_are_counted_down_and_the_fifth_locks():
    issued = link(patient())

    answers = [prove(issued, WRONG) for _ in range(5)]

    assert answers == [
        *(links.Wrong(left=left) for left in (4, 3, 2, 1)),
        links.Locked(),
    ]


def test_a_locked_link_opens_for_nobody():
    issued = link(patient())
    for _ in range(5):
        prove(issued, WRONG)

    assert prove(issued, BORN) == links.Locked()
    assert links.find(links.token(issued), NOW) == issued


def test_locking_asks_the_coordinators_once_to_call_and_is_on_record():
    marisol = patient()
    issued = link(marisol)

    for _ in range(7):
        prove(issued, WRONG)

    task = Task.objects.get()
    assert (task.kind, task.owner_role, task.patient) == (
        "call_patient",
        "coordinator",
        marisol,
    )
    names = [entry.name for entry in entries(f"patient:{marisol.pk}")]
    assert names.count("link.birth_date_wrong") == 5
    assert names.count("link.locked") == 1


def test_the_right_birth_date_forgets_the_wrong_ones():
    issued = link(patient())
    for _ in range(4):
        prove(issued, WRONG)

    prove(issued, BORN)

    assert prove(issued, WRONG) == links.Wrong(left=4)


def test_an_expired_link_answers_as_if_it_had_never_been():
    issued = link(patient(), expires_at=NOW + timedelta(days=1))

    assert prove(issued, BORN, now=NOW + timedelta(days=1)) == links.Gone()


def test_the_journal_names_the_holder_not_the_patient():
    marisol = patient(family_name="Testcase-Vega")
    prove(link(marisol), WRONG)

    entry = entries(f"patient:{marisol.pk}").get(name="link.birth_date_wrong")

    assert entry.actor == f"patient:{marisol.pk}"
    assert "Vega" not in entry.payload + entry.actor_name


def test_selectors_name_the_holder_of_a_link():
    marisol = patient()

    assert selectors.actor_for(marisol).kind == "patient"
