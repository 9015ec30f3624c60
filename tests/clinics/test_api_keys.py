"""API keys: shown once, stored as a hash, ended at once."""

from datetime import timedelta

import pytest
from django.test import Client

from clinics.models import ApiKey
from clinics.selectors import actor_for
from clinics.services import api_keys
from core.clock import real_now
from core.models import JournalEntry
from core.problems import NotFound
from tests.clinics.conftest import api
from tests.factories import clinics as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]


def test_only_a_hash_is_stored():
    nurse = make.membership("nurse")

    token = make.api_key(nurse)

    row = ApiKey.objects.get()
    assert token.startswith(f"cp_{row.prefix}_")
    stored = " ".join(str(value) for value in vars(row).values())
    assert token not in stored
    assert token.split("_", 2)[2] not in stored
    assert token not in "".join(JournalEntry.objects.values_list("payload", flat=True))


def test_a_key_acts_as_its_membership():
    clinic = make.clinic()
    nurse = make.membership("nurse", clinic)
    make.membership("admin").user.memberships.create(clinic=clinic, role="admin")

    answer = api(nurse).get("/api/v1/patients/").json()

    assert answer == {"clinic": clinic.pk, "by": nurse.user.display_name}


@pytest.mark.parametrize("token", ["", "cp_", "nonsense", "cp_00000000_x", "\u00e9"])
def test_a_key_nobody_has_is_refused(token):
    assert api_keys.authenticate(token) is None


def test_a_wrong_key_is_refused_over_http():
    client = Client(headers={"Authorization": "Bearer cp_00000000_x"})

    assert client.get("/api/v1/patients/").status_code == 401


def test_a_revoked_key_is_refused_at_once():
    nurse = make.membership("nurse")
    client, key = api(nurse), ApiKey.objects.get()
    assert client.get("/api/v1/patients/").status_code == 200

    for _ in range(2):
        api_keys.revoke(
            key_id=key.pk, clinic_id=nurse.clinic_id, by=actor_for(nurse), now=make.NOW
        )

    assert client.get("/api/v1/patients/").status_code == 401
    assert JournalEntry.objects.filter(name="api_key.revoked").count() == 1


def test_a_key_of_another_clinic_cannot_be_revoked_from_here():
    make.api_key(make.membership("nurse"))
    admin = make.membership("admin")

    with pytest.raises(NotFound):
        api_keys.revoke(
            key_id=ApiKey.objects.get().pk,
            clinic_id=admin.clinic_id,
            by=actor_for(admin),
            now=make.NOW,
        )


def test_use_is_noted_once_a_minute():
    client = api(make.membership("nurse"))

    client.get("/api/v1/patients/")
    first = ApiKey.objects.get().last_used_at
    client.get("/api/v1/patients/")

    assert first is not None
    assert real_now() - first < timedelta(minutes=1)
    assert ApiKey.objects.get().last_used_at == first
