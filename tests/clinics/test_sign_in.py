"""Signing in by e-mail, and staying signed in only as long as one should."""

from datetime import timedelta

import pytest
from django.conf import settings as project
from django.contrib.auth.hashers import identify_hasher, make_password
from django.test import Client

from clinics import selectors
from clinics.models import StaffSession, User
from clinics.services.clinics import set_on_call
from clinics.tasks import forget_expired_sessions
from config import security
from core import clock
from core.clock import real_now
from core.models import JournalEntry
from core.problems import Invalid
from notifications.models import MailboxItem
from notifications.services import sending
from tests.clinics.conftest import api, browser
from tests.factories import clinics as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]

NEW_PASSWORD = "another-good-passphrase"


def sign_in(client, email, password=make.PASSWORD):
    return client.post("/account/login/", {"login": email, "password": password})


def signed_in(client):
    return client.get("/api/v1/on-call/").status_code == 200


def test_staff_sign_in_with_their_e_mail_in_any_case():
    nurse = make.membership("nurse")
    client = Client()

    response = sign_in(client, nurse.user.email.upper())

    assert response.status_code == 302
    assert response["Location"] == "/staff/"
    assert signed_in(client)


def test_the_page_shows_a_form_and_no_way_to_sign_up():
    page = Client().get("/account/login/")

    assert page.status_code == 200
    assert b'name="login"' in page.content
    assert Client().get("/account/signup/").status_code == 404
    assert Client().get("/account/email/").status_code == 404


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer():
    nurse = make.membership("nurse")

    wrong = sign_in(Client(), nurse.user.email, "wrong")
    unknown = sign_in(Client(), "nobody@example.org", "wrong")

    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].errors == unknown.context["form"].errors


def test_a_deactivated_person_gets_the_same_answer_with_the_right_password():
    gone = make.membership("nurse", is_active=False, deactivated_at=make.NOW)

    right = sign_in(Client(), gone.user.email)
    unknown = sign_in(Client(), "nobody@example.org")

    assert right.status_code == 200
    assert right.context["form"].errors == unknown.context["form"].errors


def test_passwords_are_kept_as_argon2(settings):
    settings.PASSWORD_HASHERS = security.PASSWORD_HASHERS

    assert identify_hasher(make_password("x")).algorithm == "argon2"


def test_a_password_change_ends_the_other_browsers_and_keeps_this_one():
    nurse = make.membership("nurse")
    here, there = Client(), Client()
    sign_in(here, nurse.user.email)
    sign_in(there, nurse.user.email)

    response = here.post(
        "/account/password/change/",
        {
            "oldpassword": make.PASSWORD,
            "password1": NEW_PASSWORD,
            "password2": NEW_PASSWORD,
        },
    )

    assert response.status_code == 302
    assert signed_in(here)
    assert not signed_in(there)
    assert JournalEntry.objects.filter(name="user.password_changed").count() == 1
    assert sign_in(Client(), nurse.user.email).status_code == 200  # the old one fails
    assert sign_in(Client(), nurse.user.email, NEW_PASSWORD).status_code == 302


@pytest.mark.parametrize("weak", ["short", "password1234", "robin-example-9"])
def test_a_weak_password_is_refused(weak):
    nurse = make.membership("nurse", display_name="Robin Example 9")
    client = browser(nurse)

    response = client.post(
        "/account/password/change/",
        {"oldpassword": make.PASSWORD, "password1": weak, "password2": weak},
    )

    assert response.status_code == 200
    assert response.context["form"].errors


def test_a_forgotten_password_is_set_by_a_mail_that_only_its_owner_gets():
    nurse = make.membership("nurse")

    known = Client().post("/account/password/reset/", {"email": nurse.user.email})
    unknown = Client().post("/account/password/reset/", {"email": "no@example.org"})

    assert known.status_code == unknown.status_code == 302
    assert known["Location"] == unknown["Location"]
    sending.send_due(as_of=clock.now())
    assert [item.address for item in MailboxItem.objects.all()] == [nurse.user.email]


def test_a_user_made_inactive_by_any_hand_is_out():
    nurse = make.membership("nurse")
    page, program = browser(nurse), api(nurse)

    User.objects.filter(pk=nurse.user_id).update(
        is_active=False, deactivated_at=make.NOW
    )

    assert not signed_in(page)
    assert program.get("/api/v1/on-call/").status_code == 401


def test_a_session_ends_after_15_idle_minutes():
    client = browser(make.membership("nurse"))
    assert signed_in(client)

    StaffSession.objects.update(expire_date=real_now() - timedelta(seconds=1))

    assert project.SESSION_COOKIE_AGE == 15 * 60
    assert not signed_in(client)


def test_sessions_that_ran_out_are_forgotten_and_others_kept():
    old, current = browser(make.membership("nurse")), browser(make.membership("nurse"))
    StaffSession.objects.filter(pk=old.session.session_key).update(
        expire_date=real_now() - timedelta(seconds=1)
    )

    forget_expired_sessions()

    assert StaffSession.objects.get().pk == current.session.session_key


def test_an_act_renews_the_session_and_a_poll_does_not():
    client = browser(make.membership("nurse"))
    soon = real_now() + timedelta(minutes=1)
    client.get("/api/v1/on-call/")

    StaffSession.objects.update(expire_date=soon)
    client.get("/patients/?seen=abc")
    after_poll = StaffSession.objects.get().expire_date
    client.get("/patients/")
    after_act = StaffSession.objects.get().expire_date

    assert after_poll == soon
    assert after_act - soon > timedelta(minutes=13)


def test_a_session_ends_12_hours_after_sign_in_however_busy():
    client = browser(make.membership("nurse"))
    session = client.session
    session["started_at"] = (real_now() - timedelta(hours=12, seconds=1)).timestamp()
    session.save()

    assert not signed_in(client)


def test_signing_in_changes_the_session_key():
    nurse = make.membership("nurse")
    client = Client()
    client.cookies[project.SESSION_COOKIE_NAME] = "planted-by-somebody-else-0123456"

    sign_in(client, nurse.user.email)

    assert StaffSession.objects.get().session_key != "planted-by-somebody-else-0123456"


def test_signing_out_leaves_nothing_to_come_back_to():
    nurse = make.membership("nurse")
    client = browser(nurse)

    client.post("/account/logout/")

    assert not signed_in(client)
    assert not StaffSession.objects.filter(user=nurse.user).exists()


def test_the_on_call_list_is_in_order_and_of_this_clinic_only():
    clinic = make.clinic()
    first, second = make.membership("nurse", clinic), make.membership("nurse", clinic)
    by = make.actor("admin", clinic)

    set_on_call(
        clinic_id=clinic.pk,
        user_ids=[second.user_id, first.user_id],
        by=by,
        now=make.NOW,
    )

    assert selectors.on_call(clinic) == [second.user, first.user]
    with pytest.raises(Invalid):
        set_on_call(
            clinic_id=clinic.pk,
            user_ids=[make.membership("nurse").user_id],
            by=by,
            now=make.NOW,
        )
