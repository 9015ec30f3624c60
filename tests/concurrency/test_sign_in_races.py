"""Counted once in all processes together: used codes, wrong attempts."""

from functools import partial

import pytest
from allauth.mfa.totp.internal import auth as totp

from clinics.domain.attempt_limits import Place
from clinics.models import WrongAttempts
from clinics.services import second_factor, wrong_attempts
from tests.factories import clinics as make
from tests.rivals import race

SECRET = "JBSWY3DPEHPK3PXP"
WORKERS = 8
HERE = Place("network", "203.0.113.66")


@pytest.fixture
def nurse():
    member = make.membership("nurse", password="correct-horse-battery")
    totp.TOTP.activate(member.user, SECRET)
    return member


@pytest.fixture
def code(monkeypatch):
    monkeypatch.setattr(totp, "yield_hotp_counters_from_time", lambda: iter([58_000]))
    return totp.format_hotp_value(totp.hotp_value(SECRET, 58_000))


def test_a_code_shown_to_eight_workers_at_once_proves_once(nurse, code):
    spaced = f"{code[:3]} {code[3:]}"
    shown = [code, spaced] * (WORKERS // 2)

    proved = race([partial(second_factor.proves, nurse.user, one) for one in shown])

    assert sorted(map(bool, proved)) == [False] * (WORKERS - 1) + [True]
    assert second_factor.proves(nurse.user, code) is False


def test_wrong_attempts_at_once_are_all_counted(nurse):
    email = nurse.user.email

    told = race([partial(wrong_attempts.count, email, HERE) for _ in range(WORKERS)])

    assert told == [None] * WORKERS
    assert set(WrongAttempts.objects.values_list("kind", "failures")) == {
        ("network", WORKERS),
        ("everywhere", WORKERS),
    }
    assert wrong_attempts.is_locked(email, HERE)
