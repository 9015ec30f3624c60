"""Five wrong attempts from one place end the tries from there, and only there."""

import pytest
from django.test import Client, RequestFactory

from clinics.models import WrongAttempts
from clinics.services import users, wrong_attempts
from clinics.web import presence
from core.problems import Problem
from tests.clinics.conftest import api, browser, text_of
from tests.factories import clinics as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]


def sign_in(email, password, **headers):
    return Client().post(
        "/account/login/", {"login": email, "password": password}, **headers
    )


def act(client, **body):
    return client.post("/api/v1/acts/time-out/", body, content_type="application/json")


def attempts(email):
    rows = WrongAttempts.objects.filter(account_hash=wrong_attempts._account(email))
    return sum(rows.exclude(kind="everywhere").values_list("failures", flat=True))


def is_locked(member):
    """The right password does not help any more from where the guesses came."""
    return sign_in(member.user.email, make.PASSWORD).status_code == 403


def sign(client, password=make.PASSWORD):
    return client.post("/signed/", {"signature_password": password})


def test_five_wrong_passwords_at_sign_in_lock():
    nurse = make.membership("nurse")

    answers = [sign_in(nurse.user.email, "wrong").status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 403]
    assert is_locked(nurse)


def test_four_wrong_passwords_do_not_lock_and_a_right_one_ends_the_count():
    nurse = make.membership("nurse")
    for _ in range(4):
        sign_in(nurse.user.email, "wrong")

    assert sign_in(nurse.user.email, make.PASSWORD).status_code == 302
    assert attempts(nurse.user.email) == 0


def test_five_wrong_passwords_at_re_authentication_lock_the_session_alone():
    nurse = make.membership("nurse")
    client = browser(nurse)

    answers = [
        client.post("/account/reauthenticate/", {"password": "wrong"}).status_code
        for _ in range(5)
    ]

    assert answers == [200, 200, 200, 200, 403]
    assert sign(client).status_code == 403
    assert not is_locked(nurse)


def test_five_wrong_passwords_of_a_second_person_lock_them_beside_that_leader():
    clinic = make.clinic()
    leader, other, witness = (
        make.membership("clinician", clinic),
        make.membership("clinician", clinic),
        make.membership("nurse", clinic),
    )
    client = browser(leader)
    right = {"second_email": witness.user.email, "second_password": make.PASSWORD}
    wrong = right | {"second_password": "wrong"}

    answers = [client.post("/signed/", wrong) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 403]
    assert answers[0].content == b"-|-|second_password"
    # A new session of the same leader starts no new count; another leader's does.
    assert browser(leader).post("/signed/", right).status_code == 403
    assert browser(other).post("/signed/", right).status_code == 200
    assert not is_locked(witness)
    assert not is_locked(leader)


def test_five_wrong_signatures_in_a_form_lock_that_session():
    leader = make.membership("clinician")
    client = browser(leader)

    answers = [sign(client, "x").status_code for _ in range(5)]

    assert answers == [422, 422, 422, 422, 403]
    assert sign(client).status_code == 403
    assert sign(browser(leader)).status_code == 200


def test_five_wrong_signatures_over_rest_lock_signing_by_key():
    leader = make.membership("clinician")
    client = api(leader)

    answers = [act(client, signature={"password": "wrong"}) for _ in range(5)]

    codes = [answer.json()["code"] for answer in answers]
    assert codes == ["not-proved"] * 4 + ["locked"]
    assert act(client, signature={"password": make.PASSWORD}).json()["code"] == "locked"
    assert not is_locked(leader)


def test_five_keys_of_a_second_person_with_a_wrong_secret_lock_over_rest():
    clinic = make.clinic()
    leader, witness = (
        make.membership("clinician", clinic),
        make.membership("nurse", clinic),
    )
    client, key = api(leader), make.api_key(witness)

    answers = [act(client, second_person={"api_key": key + "x"}) for _ in range(5)]

    assert [a.json()["code"] for a in answers] == ["not-proved"] * 4 + ["locked"]
    assert act(client, second_person={"api_key": key}).json()["code"] == "locked"
    assert not is_locked(witness)


def test_five_keys_nobody_has_lock_the_callers_second_person_over_rest():
    clinic = make.clinic()
    leader, witness = (
        make.membership("clinician", clinic),
        make.membership("nurse", clinic),
    )
    client, key = api(leader), make.api_key(witness)

    answers = [act(client, second_person={"api_key": f"guess-{n}"}) for n in range(5)]

    assert [a.json()["code"] for a in answers] == ["not-proved"] * 4 + ["locked"]
    assert act(client, second_person={"api_key": key}).json()["code"] == "locked"
    assert not is_locked(witness)


def test_sign_in_and_its_spellings_share_one_count():
    leader = make.membership("clinician")

    for email in (leader.user.email, leader.user.email.upper()) * 2:
        sign_in(email, "wrong")

    assert attempts(leader.user.email) == 4
    assert sign_in(f" {leader.user.email}", "wrong").status_code == 403


def test_claimed_addresses_and_other_browsers_start_no_new_count():
    nurse = make.membership("nurse")

    answers = [
        sign_in(
            nurse.user.email,
            "wrong",
            HTTP_X_FORWARDED_FOR=f"203.0.113.{n}",
            HTTP_X_REAL_IP=f"203.0.113.{n}",
            HTTP_FORWARDED=f"for=203.0.113.{n}",
            HTTP_USER_AGENT=f"browser {n}",
        ).status_code
        for n in range(5)
    ]

    assert answers[-1] == 403
    assert is_locked(nurse)
    assert WrongAttempts.objects.filter(kind="network").count() == 1


def test_an_unknown_person_is_locked_with_the_same_words():
    nurse = make.membership("nurse")
    for _ in range(4):
        sign_in(nurse.user.email, "wrong")
        sign_in("nobody@example.org", "wrong")

    known = sign_in(nurse.user.email, "wrong")
    unknown = sign_in("nobody@example.org", "wrong")

    assert known.status_code == unknown.status_code == 403
    assert text_of(known) == text_of(unknown)


def test_one_persons_mistakes_lock_nobody_else():
    nurse, colleague = make.membership("nurse"), make.membership("nurse")

    for _ in range(6):
        sign_in(nurse.user.email, "wrong")

    assert sign_in(colleague.user.email, make.PASSWORD).status_code == 302


def test_the_lock_opens_after_15_minutes():
    nurse = make.membership("nurse")
    for _ in range(5):
        sign_in(nurse.user.email, "wrong")

    for _ in range(3):
        sign_in(nurse.user.email, "wrong")  # does not prolong it
    assert attempts(nurse.user.email) == 5
    WrongAttempts.objects.update(last_at=make.NOW)

    assert sign_in(nurse.user.email, make.PASSWORD).status_code == 302


def test_an_administrator_unlocks():
    clinic = make.clinic()
    nurse = make.membership("nurse", clinic)
    for _ in range(5):
        sign_in(nurse.user.email, "wrong")

    users.unlock(
        user_id=nurse.user_id,
        clinic_id=clinic.pk,
        by=make.actor("admin", clinic),
        now=make.NOW,
    )

    assert sign_in(nurse.user.email, make.PASSWORD).status_code == 302


def test_the_count_survives_an_act_that_rolls_back():
    leader = make.membership("clinician")

    response = browser(leader).post("/signed/", {"signature_password": "wrong"})

    assert response.status_code == 422
    assert attempts(leader.user.email) == 1


def test_the_lockout_keeps_nothing_of_the_acts_form():
    leader = make.membership("clinician")

    browser(leader).post(
        "/signed/?patient=p1", {"signature_password": "wrong", "findings": "severe"}
    )

    kept = str(WrongAttempts.objects.values().get())
    assert not any(word in kept for word in ("p1", "severe", leader.user.email))


def test_the_second_person_is_somebody_else_of_this_clinic():
    leader, stranger = make.membership("clinician"), make.membership("nurse")
    client = api(leader)

    own = act(client, second_person={"api_key": make.api_key(leader)})
    other = act(client, second_person={"api_key": make.api_key(stranger)})

    assert own.json()["code"] == other.json()["code"] == "not-proved"


def test_ones_own_key_as_second_person_ends_no_count():
    leader = make.membership("clinician")
    client, own = api(leader), make.api_key(leader)
    for _ in range(4):
        act(client, signature={"password": "wrong"})

    witnessed = act(client, second_person={"api_key": own})

    assert "somebody else" in witnessed.json()["detail"]
    assert attempts(leader.user.email) == 4
    assert act(client, signature={"password": "wrong"}).json()["code"] == "locked"


def test_the_right_key_of_a_second_person_ends_no_count_of_their_password():
    clinic = make.clinic()
    leader, witness = (
        make.membership("clinician", clinic),
        make.membership("nurse", clinic),
    )
    for _ in range(4):
        sign_in(witness.user.email, "wrong")

    answer = act(api(leader), second_person={"api_key": make.api_key(witness)})

    assert answer.json()["second"] == witness.user.display_name
    assert attempts(witness.user.email) == 4
    assert sign_in(witness.user.email, "wrong").status_code == 403


def test_ones_own_password_as_second_person_ends_no_count():
    leader = make.membership("clinician")
    client = browser(leader)
    for _ in range(4):
        client.post("/signed/", {"signature_password": "wrong"})

    answer = client.post(
        "/signed/",
        {"second_email": leader.user.email, "second_password": make.PASSWORD},
    )

    assert answer.content == b"-|-|second_password"
    assert attempts(leader.user.email) == 4


def test_a_second_person_and_a_signature_are_proved_with_what_they_mean():
    clinic = make.clinic()
    leader, witness = (
        make.membership("clinician", clinic),
        make.membership("nurse", clinic),
    )

    response = act(
        api(leader),
        signature={"password": make.PASSWORD, "meaning": "I led it"},
        second_person={"api_key": make.api_key(witness)},
    )

    assert response.json()["signed"] == "I led it"
    assert response.json()["second"] == witness.user.display_name


@pytest.mark.parametrize("given", ["text", {}, {"password": ""}, [1], 7])
def test_a_signature_that_is_no_object_proves_nothing(given):
    response = act(api(make.membership("clinician")), signature=given)

    assert response.status_code in (200, 403)
    assert response.json().get("signed") is None


def test_odd_characters_are_wrong_and_nothing_worse():
    leader = make.membership("clinician")
    request = RequestFactory().post("/")

    for email in ("\0", "x" * 5000, "à@é", " "):
        with pytest.raises(Problem):
            presence.prove(
                request,
                email=email,
                password="\0",
                purpose="signature",
                clinic_id=leader.clinic_id,
            )
    assert act(api(leader), second_person={"api_key": "cp_\0_x"}).status_code == 403


def test_a_signature_over_rest_inside_a_session_counts_for_that_session():
    leader = make.membership("clinician")
    page = browser(leader)

    answers = [act(page, signature={"password": "wrong"}) for _ in range(5)]

    assert [a.json()["code"] for a in answers] == ["not-proved"] * 4 + ["locked"]
    right = {"password": make.PASSWORD, "meaning": "I led it"}
    assert act(browser(leader), signature=right).json()["signed"] == "I led it"
    assert not is_locked(leader)
