"""A membership ends at one clinic, and can be taken up again."""

from importlib import import_module

import pytest
from django.db import connection
from django.test import Client

from clinics.models import Membership, StaffSession
from clinics.services import users
from core.models import IdempotencyKey, JournalEntry
from core.problems import Invalid, NotFound
from tests.clinics.conftest import api, browser
from tests.factories import clinics as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]


def sign_in(client, email, password=make.PASSWORD):
    return client.post("/account/login/", {"login": email, "password": password})


def signed_in(client):
    return client.get("/api/v1/on-call/").status_code == 200


def at_both(role="nurse"):
    """One person who works at two clinics: what they are at each."""
    first = make.membership(role)
    second = Membership.objects.create(user=first.user, clinic=make.clinic(), role=role)
    return first, second


def end(member, by=None):
    return users.end_membership(
        user_id=member.user_id,
        clinic_id=member.clinic_id,
        by=by or make.actor("admin", member.clinic),
        now=make.NOW,
    )


def resume(member):
    return users.reactivate_membership(
        user_id=member.user_id,
        clinic_id=member.clinic_id,
        by=make.actor("admin", member.clinic),
        now=make.NOW,
    )


def working_at(member):
    client = browser(member)
    session = client.session
    session["clinic_id"] = member.clinic_id
    session.save()
    return client


def test_the_last_membership_ends_sessions_keys_duty_and_sign_in_at_once():
    nurse = make.membership("nurse")
    make.on_call(nurse)
    page, program = browser(nurse), api(nurse)

    end(nurse)

    assert not signed_in(page)
    assert program.get("/api/v1/on-call/").status_code == 401
    assert not StaffSession.objects.filter(user=nurse.user).exists()
    assert not nurse.user.on_call.exists()
    assert sign_in(Client(), nurse.user.email).status_code == 200
    entry = JournalEntry.objects.get(name="user.membership_ended")
    assert entry.clinic_id == nurse.clinic_id


def test_at_other_clinics_a_shared_account_goes_on():
    here, there = at_both()
    make.on_call(there)
    keys = {member.pk: api(member) for member in (here, there)}
    pages = {member.pk: working_at(member) for member in (here, there)}

    end(here)

    assert not signed_in(pages[here.pk])
    assert signed_in(pages[there.pk])
    assert keys[here.pk].get("/api/v1/on-call/").status_code == 401
    assert keys[there.pk].get("/api/v1/on-call/").status_code == 200
    assert there.user.on_call.count() == 1
    assert sign_in(Client(), here.user.email).status_code == 302


def test_a_session_that_chose_no_clinic_works_at_the_first_and_ends_with_it():
    first, second = at_both()
    client = browser(first)

    end(second)
    assert signed_in(client)
    end(first)
    assert not signed_in(client)


def test_ending_twice_changes_nothing():
    nurse = make.membership("nurse")

    end(nurse)
    end(nurse)

    assert JournalEntry.objects.filter(name="user.membership_ended").count() == 1


def test_nobody_ends_their_own_or_another_clinics():
    admin = make.membership("admin")
    stranger = make.membership("nurse")

    with pytest.raises(Invalid):
        end(admin, by=make.actor_for(admin))
    with pytest.raises(NotFound):
        users.end_membership(
            user_id=stranger.user_id,
            clinic_id=admin.clinic_id,
            by=make.actor_for(admin),
            now=make.NOW,
        )


def test_taken_up_again_they_are_what_they_were_without_their_old_keys():
    nurse = make.membership("nurse")
    program = api(nurse)
    end(nurse)

    again = resume(nurse)

    assert (again.role, again.ended_at) == ("nurse", None)
    assert sign_in(Client(), nurse.user.email).status_code == 302
    assert program.get("/api/v1/on-call/").status_code == 401
    resume(nurse)
    assert JournalEntry.objects.filter(name="user.membership_resumed").count() == 1


def test_taken_up_at_one_clinic_is_not_at_another():
    here, there = at_both()
    end(here)
    end(there)

    resume(there)

    client = browser(there)
    assert signed_in(client)
    here.refresh_from_db()
    assert here.ended_at is not None


def test_an_account_closed_before_memberships_could_end_comes_back_at_one_clinic():
    here, there = at_both()
    here.user.is_active, here.user.deactivated_at = False, make.NOW
    here.user.save()

    resume(here)

    there.refresh_from_db()
    assert there.ended_at == make.NOW


def test_another_clinic_may_take_somebody_on_whose_membership_ended():
    nurse, clinic = make.membership("nurse"), make.clinic()
    end(nurse)

    users.create_user(
        email=nurse.user.email,
        display_name="",
        role="technician",
        clinic_id=clinic.pk,
        by=make.actor("admin", clinic),
        now=make.NOW,
    )

    assert sign_in(Client(), nurse.user.email).status_code == 302
    with pytest.raises(Invalid, match="let them in again"):
        users.create_user(
            email=nurse.user.email,
            display_name="",
            role="nurse",
            clinic_id=nurse.clinic_id,
            by=make.actor("admin", nurse.clinic),
            now=make.NOW,
        )


def test_whoever_was_deactivated_before_has_left_every_clinic():
    here, there = at_both()
    stays = make.membership("nurse")
    here.user.is_active, here.user.deactivated_at = False, make.NOW
    here.user.save()
    module = "clinics.migrations.0004_ended_memberships_and_wrong_attempts"

    with connection.cursor() as cursor:
        cursor.execute(import_module(module).END_MEMBERSHIPS)

    for member in (here, there, stays):
        member.refresh_from_db()
    assert (here.ended_at, there.ended_at) == (make.NOW, make.NOW)
    assert stays.ended_at is None


def test_a_key_used_before_keys_were_a_clinics_belongs_to_the_only_one():
    one, (two, _) = make.membership("nurse"), at_both()
    for member in (one, two):
        IdempotencyKey.objects.create(
            actor=f"staff:{member.user_id}",
            key="k",
            target="t",
            request_hash="h",
            created_at=make.NOW,
        )
    module = "clinics.migrations.0004_ended_memberships_and_wrong_attempts"

    with connection.cursor() as cursor:
        cursor.execute(import_module(module).KEYS_OF_A_CLINIC)

    kept = dict(IdempotencyKey.objects.values_list("actor", "clinic_id"))
    assert kept == {
        f"staff:{one.user_id}": one.clinic_id,
        f"staff:{two.user_id}": None,
    }
