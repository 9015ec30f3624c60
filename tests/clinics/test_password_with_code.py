"""A password that is not tried alone any more lets in together with a code."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client

from clinics.domain.attempt_limits import EVERYWHERE
from clinics.models import WrongAttempts
from tests.clinics.conftest import text_of
from tests.clinics.test_strangers import (
    HOME,
    STRANGER,
    WARD,
    Outside,
    code,
    sign_in,
    storm,
    with_an_app,
)
from tests.factories import clinics as make

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("site", "the_clock_stands"),
]

ROLES = ("clinician", "nurse", "technician", "medical_director")


@pytest.fixture
def the_clock_stands(monkeypatch):
    monkeypatch.setattr(totp, "yield_hotp_counters_from_time", lambda: iter([58_000]))


@pytest.fixture
def staff():
    clinic = make.clinic()
    return [with_an_app(make.membership(role, clinic)) for role in ROLES]


@pytest.fixture(params=[0, 1], ids=["without TRUST_PROXY", "with TRUST_PROXY"])
def proxied(request, settings):
    settings.TRUST_PROXY = request.param
    return bool(request.param)


def both(client, email, password=make.PASSWORD, given=None, **headers):
    fields = {"login": email, "password": password, "code": given or code()}
    return client.post("/account/login/", fields, **headers)


def is_in(client):
    return client.get("/patient/").status_code == 200


def lock(email, proxied=False):
    outside = Outside(STRANGER, proxied=proxied)
    for _ in range(5):
        sign_in(Client(), email, "wrong", **outside.headers())


@pytest.mark.parametrize("at", [STRANGER, WARD], ids=["same network", "another"])
def test_after_150_strangers_a_fresh_browser_signs_in_at_once(staff, proxied, at):
    storm(staff, proxied)

    for member in staff:
        fresh = Outside(at, proxied=proxied).client()
        told = sign_in(fresh, member.user.email)
        if told.status_code == 403:
            assert 'name="code"' in told.content.decode()
            assert both(fresh, member.user.email).status_code == 302
        else:
            given = {"code": code()}
            fresh.post("/account/2fa/authenticate/", given)
        assert is_in(fresh)


def test_after_strangers_from_150_networks_a_fresh_browser_signs_in_at_once(
    staff, settings
):
    settings.TRUST_PROXY = 1
    email = staff[0].user.email
    for number in range(150):
        guesser = Outside(f"192.0.2.{number}", proxied=True)
        sign_in(guesser.client(), email, "wrong")
        both(guesser.client(), email, "wrong", "000000")

    fresh = Outside(HOME, proxied=True).client()
    assert sign_in(fresh, email).status_code == 403
    assert both(fresh, email).status_code == 302
    assert is_in(fresh)


def test_a_recovery_code_does_as_well_and_once(staff):
    member = staff[0]
    lock(member.user.email)
    codes = RecoveryCodes.activate(member.user).get_unused_codes()

    fresh, again = Client(), Client()
    both(fresh, member.user.email, given=codes[0])
    lock(member.user.email)
    both(again, member.user.email, given=codes[0])

    assert is_in(fresh)
    assert not is_in(again)


def test_who_has_no_app_is_mailed_a_code(proxied):
    member = make.membership("nurse")
    email = member.user.email
    storm([member], proxied)
    fresh = Outside(STRANGER, proxied=proxied).client()
    assert sign_in(fresh, email).status_code == 403

    answer = fresh.post("/account/login/code/", {"login": email.upper()})

    assert 'name="code"' in answer.content.decode()
    mailed = re.search(r"^\d{8}$", mail.outbox[-1].body, re.MULTILINE)
    assert mailed
    both(fresh, email, given=mailed[0])
    assert is_in(fresh)
    again = Client()
    both(again, email, given=mailed[0])
    assert not is_in(again)


def test_a_mailed_code_stands_in_for_no_second_factor(staff):
    email = staff[0].user.email
    client = Client()
    client.post("/account/login/code/", {"login": email})
    mailed = re.search(r"^\d{8}$", mail.outbox[-1].body, re.MULTILINE)
    assert mailed

    answer = both(client, email, given=mailed[0])

    assert answer["Location"].startswith("/account/2fa/authenticate/")
    assert not is_in(client)


def test_strangers_who_ask_for_codes_make_the_mailed_one_no_worse():
    email = make.membership("nurse").user.email
    unknown = "nobody@example.org"

    answers = {
        text_of(Client().post("/account/login/code/", {"login": one}))
        for one in [email, unknown] * 20
    }

    assert len(answers) == 1
    assert 1 <= len(mail.outbox) <= 5
    assert len({sent.body for sent in mail.outbox}) == 1
    assert {to for sent in mail.outbox for to in sent.to} == {email}


def test_the_answer_tells_nothing_about_either_half(staff):
    email, unknown = staff[0].user.email, "nobody@example.org"
    lock(email)

    answers = [
        both(Client(), email, "wrong", "000000"),
        both(Client(), email, make.PASSWORD, "000000"),
        both(Client(), email, "wrong", code()),
        both(Client(), unknown, "wrong", "000000"),
        both(Client(), unknown, make.PASSWORD, code()),
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert len({text_of(answer) for answer in answers}) == 1


def test_the_locked_page_is_the_same_for_known_and_unknown(staff):
    email, unknown = staff[0].user.email, "nobody@example.org"
    lock(email)
    lock(unknown)

    answers = [sign_in(Client(), one) for one in (email, unknown)]

    assert {answer.status_code for answer in answers} == {403}
    assert len({text_of(answer) for answer in answers}) == 1


@pytest.mark.parametrize("half", ["password", "code"])
def test_whoever_has_one_half_has_thirty_tries_a_day_at_the_other(staff, half):
    email, known = staff[0].user.email, Client()
    both(known, email)
    known.post("/account/logout/")
    password, given = {
        "password": (make.PASSWORD, "000000"),
        "code": ("wrong", code()),
    }[half]

    for _ in range(EVERYWHERE.failures):
        both(Client(), email, password, given)

    late = Client()
    fresh_code = RecoveryCodes.activate(staff[0].user).get_unused_codes()[0]
    assert both(late, email, given=fresh_code).status_code == 200
    assert not is_in(late)
    # A browser of theirs has a count of its own.
    assert sign_in(known, email).status_code == 302


def test_a_wrong_password_does_not_use_up_the_code(staff):
    email, client = staff[0].user.email, Client()
    both(client, email, "wrong")

    both(client, email)

    assert is_in(client)


def test_a_code_used_here_is_used_up(staff):
    email, client, again = staff[0].user.email, Client(), Client()
    both(client, email)

    both(again, email)

    assert is_in(client)
    assert not is_in(again)


def test_a_deactivated_person_stays_outside(staff):
    member, client = staff[0], Client()
    member.user.is_active, member.user.deactivated_at = False, make.NOW
    member.user.save()

    answer = both(client, member.user.email)

    assert answer.status_code == 200
    assert not is_in(client)


def test_strangers_do_not_come_between_the_two_steps(staff, proxied):
    email = staff[0].user.email
    client = Outside(STRANGER, proxied=proxied).client()
    assert sign_in(client, email).status_code == 302

    lock(email, proxied)

    client.post("/account/2fa/authenticate/", {"code": code()})
    assert is_in(client)


def test_signing_in_with_both_makes_the_browser_a_known_one(staff):
    email, client = staff[0].user.email, Client()
    lock(email)
    both(client, email)
    client.post("/account/logout/")
    lock(email)

    assert sign_in(client, email).status_code == 302


def test_what_was_typed_is_not_counted_by_name(staff):
    both(Client(), staff[0].user.email, "wrong", "000000")

    kinds = set(WrongAttempts.objects.values_list("kind", flat=True))

    assert kinds == {"not limited"}
