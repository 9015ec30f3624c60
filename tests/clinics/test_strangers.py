"""Strangers and what they try: nobody is stopped who has the right password."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from clinics.domain.attempt_limits import EVERYWHERE
from clinics.models import WrongAttempts
from core import clock
from notifications.models import MailboxItem
from notifications.services import sending
from tests.clinics.conftest import api, browser
from tests.factories import clinics as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]

PROXY = "127.0.0.1"
STRANGER = "203.0.113.66"
WARD = "198.51.100.7"
HOME = "2001:db8:7:1::5"
SECRET = "JBSWY3DPEHPK3PXP"


class Outside:
    """Requests from one address, through the proxy or past it."""

    def __init__(self, address, *, proxied):
        self.address, self.proxied = address, proxied

    def headers(self, claimed=""):
        if not self.proxied:
            claim = {"HTTP_X_FORWARDED_FOR": claimed} if claimed else {}
            return {"REMOTE_ADDR": PROXY, **claim}
        chain = f"{claimed}, {self.address}" if claimed else self.address
        return {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": chain}

    def client(self):
        return Client(**self.headers())


def sign_in(client, email, password=make.PASSWORD, **headers):
    given = {"login": email, "password": password}
    return client.post("/account/login/", given, **headers)


def sign(client, **fields):
    return client.post(
        "/signed/", {"signature_password": make.PASSWORD, **fields}
    ).content.decode()


def witnessed_by(member):
    return {
        "second_email": member.user.email,
        "second_password": make.PASSWORD,
    }


@pytest.fixture(params=[0, 1], ids=["without TRUST_PROXY", "with TRUST_PROXY"])
def proxied(request, settings):
    settings.TRUST_PROXY = request.param
    return bool(request.param)


@pytest.fixture
def staff():
    clinic = make.clinic()
    return [
        make.membership(role, clinic)
        for role in ("clinician", "nurse", "technician", "medical_director")
    ]


def storm(staff, proxied):
    """150 wrong sign-ins from one address, each claiming another one."""
    outside = Outside(STRANGER, proxied=proxied)
    known = [member.user.email for member in staff]
    for number in range(150):
        real = known[number // 2 % len(known)]
        invented = f"nobody{number}@example.org"
        email = real if number % 2 else invented
        claimed = f"192.0.2.{number}"
        answer = sign_in(Client(), email, "wrong", **outside.headers(claimed))
        assert answer.status_code in (200, 403)


def test_150_strangers_stop_nobody_with_the_right_password(staff, proxied):
    ward = Outside(WARD, proxied=proxied)
    known = [ward.client() for _ in staff]
    for client, member in zip(known, staff, strict=True):
        assert sign_in(client, member.user.email).status_code == 302
    live, keyed = browser(staff[0], **ward.headers()), api(staff[0])
    away = [Client(**ward.headers()) for _ in staff]
    for client, before in zip(away, known, strict=True):
        client.cookies["device"] = before.cookies["device"].value

    storm(staff, proxied)

    # Known browsers sign in; live sessions go on, sign and confirm who they are.
    for client, member in zip(away, staff, strict=True):
        assert sign_in(client, member.user.email).status_code == 302
    for client, member in zip(known, staff, strict=True):
        assert client.get("/patient/").status_code == 200
        assert sign(client).startswith(member.user.display_name)
        confirmed = client.post("/account/reauthenticate/", {"password": make.PASSWORD})
        assert confirmed.status_code == 302
    # A colleague is second person beside a live session, by password and by key.
    witness = staff[1]
    both = f"{staff[0].user.display_name}|{witness.user.display_name}"
    assert sign(live, **witnessed_by(witness)) == both
    body = {
        "signature": {"password": make.PASSWORD},
        "second_person": {"api_key": make.api_key(witness)},
    }
    acted = keyed.post("/api/v1/acts/time-out/", body, content_type="application/json")
    assert acted.json()["second"] == witness.user.display_name


def test_with_the_proxy_trusted_a_fresh_browser_of_another_network_gets_in(
    staff, settings
):
    settings.TRUST_PROXY = 1
    storm(staff, proxied=True)

    for member in staff:
        fresh = Outside(WARD, proxied=True).client()
        assert sign_in(fresh, member.user.email).status_code == 302


def test_strangers_at_invented_addresses_stop_no_fresh_browser_either(staff, proxied):
    outside = Outside(STRANGER, proxied=proxied)
    for number in range(150):
        headers = outside.headers(f"192.0.2.{number}")
        sign_in(Client(), f"nobody{number}@example.org", "wrong", **headers)

    for member in staff:
        assert sign_in(outside.client(), member.user.email).status_code == 302


def test_a_guesser_from_one_network_is_refused_with_any_claimed_address(staff, proxied):
    storm(staff, proxied)

    for number, member in enumerate(staff):
        headers = Outside(STRANGER, proxied=proxied).headers(f"192.0.2.{number}")
        assert sign_in(Client(), member.user.email, **headers).status_code == 403


def test_addresses_of_one_ipv6_network_are_one_guesser(staff, settings):
    settings.TRUST_PROXY = 1
    email = staff[0].user.email

    answers = [
        sign_in(
            Client(),
            email,
            "wrong",
            **Outside(f"2001:db8:66:1::{number:x}", proxied=True).headers(),
        ).status_code
        for number in range(6)
    ]

    assert answers == [200] * 4 + [403] * 2
    assert sign_in(Outside(HOME, proxied=True).client(), email).status_code == 302


def test_a_guesser_with_many_networks_is_limited_and_known_browsers_are_not(
    staff, settings
):
    settings.TRUST_PROXY = 1
    email, ward = staff[0].user.email, Outside(WARD, proxied=True)
    known = ward.client()
    sign_in(known, email)
    known.post("/account/logout/")

    read = 0
    for number in range(150):
        guesser = Outside(f"192.0.2.{number}", proxied=True)
        read += sign_in(guesser.client(), email, "wrong").status_code == 200

    assert read == EVERYWHERE.failures - 1
    late = Outside("203.0.113.9", proxied=True).client()
    assert sign_in(late, email).status_code == 403
    # Not of those who are always right somewhere else, either.
    assert sign_in(known, email).status_code == 302
    assert sign_in(late, email).status_code == 403


def test_a_password_set_by_mail_makes_the_browser_a_known_one(staff, settings):
    settings.TRUST_PROXY = 1
    nurse, home = staff[1], Outside(HOME, proxied=True).client()
    for number in range(40):
        guesser = Outside(f"192.0.2.{number}", proxied=True)
        sign_in(guesser.client(), nurse.user.email, "wrong")
    assert sign_in(home, nurse.user.email).status_code == 403

    home.post("/account/password/reset/", {"email": nurse.user.email})
    sending.send_due(as_of=clock.now())
    told = MailboxItem.objects.get(user=nurse.user).body
    link = next(w for w in told.split() if "/password/reset/key/" in w)
    form = home.get(f"/account/{link.partition('/account/')[2]}", follow=True)
    new = "another-good-passphrase"
    home.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})

    assert sign_in(home, nurse.user.email, new).status_code == 302
    for number in range(40):
        guesser = Outside(f"192.0.2.{number}", proxied=True)
        sign_in(guesser.client(), nurse.user.email, "wrong")
    home.post("/account/logout/")
    assert sign_in(home, nurse.user.email, new).status_code == 302


def test_whoever_is_asked_for_by_strangers_is_told_the_same_and_has_a_mail(staff):
    email = staff[1].user.email

    answers = {
        Client().post("/account/password/reset/", {"email": email}).status_code
        for _ in range(20)
    }

    assert answers == {302}
    sending.send_due(as_of=clock.now())
    assert 1 <= MailboxItem.objects.filter(address=email).count() <= 5


def test_another_persons_browser_is_no_known_one(staff):
    nurse, other = staff[1], staff[2]
    client = Client()
    sign_in(client, other.user.email)
    client.post("/account/logout/")

    for _ in range(5):
        sign_in(client, nurse.user.email, "wrong")

    assert set(WrongAttempts.objects.values_list("kind", flat=True)) == {
        "network",
        "everywhere",
    }
    assert sign_in(client, other.user.email).status_code == 302


def test_a_made_up_device_is_no_known_one(staff):
    client = Client()
    client.cookies["device"] = "abc:def:ghi"

    answers = [
        sign_in(client, staff[0].user.email, "wrong").status_code for _ in range(5)
    ]

    assert answers[-1] == 403


def test_the_known_browser_is_limited_by_itself(staff):
    client, email = Client(), staff[0].user.email
    sign_in(client, email)
    client.post("/account/logout/")

    answers = [sign_in(client, email, "wrong").status_code for _ in range(5)]

    assert answers == [200] * 4 + [403]
    assert sign_in(client, email).status_code == 403
    assert sign_in(Client(), email).status_code == 302


def test_the_device_cookie_is_signed_and_out_of_reach_of_scripts(staff):
    client = Client()
    sign_in(client, staff[0].user.email)

    cookie = client.cookies["device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert staff[0].user.email not in cookie.value


@pytest.fixture
def one_period(monkeypatch):
    """The authenticator's clock stands still."""
    monkeypatch.setattr(totp, "yield_hotp_counters_from_time", lambda: iter([58_000]))


def with_an_app(member):
    TOTP.activate(member.user, SECRET)
    RecoveryCodes.activate(member.user)
    return member


def code():
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(SECRET, counter))


@pytest.mark.usefixtures("one_period")
def test_wrong_codes_are_counted_where_they_come_from(staff, settings):
    settings.TRUST_PROXY = 1
    nurse = with_an_app(staff[1])
    thief = Outside(STRANGER, proxied=True).client()
    sign_in(thief, nurse.user.email)  # with a leaked password

    for _ in range(4):
        thief.post("/account/2fa/authenticate/", {"code": "000000"})
        sign_in(thief, nurse.user.email)  # the right password ends no count
    thief.post("/account/2fa/authenticate/", {"code": "000000"})

    assert "Too many wrong codes" in (
        thief.post("/account/2fa/authenticate/", {"code": code()}).content.decode()
    )
    ward = Outside(WARD, proxied=True).client()
    sign_in(ward, nurse.user.email)
    entered = ward.post("/account/2fa/authenticate/", {"code": code()})
    assert entered.status_code == 302
    assert ward.get("/patient/").status_code == 200


@pytest.mark.usefixtures("one_period")
def test_a_code_is_good_once_at_sign_in_and_as_a_proof(staff):
    nurse, used = with_an_app(staff[1]), code()
    client = Client()
    sign_in(client, nurse.user.email)
    assert client.post("/account/2fa/authenticate/", {"code": used}).status_code == 302

    again = Client()
    sign_in(again, nurse.user.email)
    assert again.post("/account/2fa/authenticate/", {"code": used}).status_code == 200
    assert sign(client, signature_totp=used) == "-|-|signature_password"
