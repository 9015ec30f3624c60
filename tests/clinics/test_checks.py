"""Default deny: an address without a declared action does not pass the system check."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from clinics import checks
from tests.clinics import bad_urls


def faults():
    return list(checks.faults(checks.addresses(bad_urls.urlpatterns)))


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("/deep/undeclared/", "declares no action and is not marked public"),
        ("/deep/plain/", "declares no action and is not marked public"),
        ("/deep/unknown/", "'patient.destroy' is not in the policy table"),
        ("/deep/half/", "DELETE has no declared action"),
        ("/deep/unknown-api/", "'patient.destroy' is not in the policy table"),
        ("/deep/unknown-api/", "'dance.{act}' is not in the policy table"),
        ("/deep/idle/", "declares an action for GET, which it does not answer"),
    ],
)
def test_a_mistake_is_found_and_named(address, fault):
    assert any(f.startswith(address) and f.endswith(fault) for f in faults())


def test_what_is_declared_or_public_passes():
    assert not any("/declared/" in f or "/public/" in f for f in faults())


def test_the_command_stops_on_such_a_site(settings):
    settings.ROOT_URLCONF = "tests.clinics.bad_urls"

    with pytest.raises(SystemCheckError, match=r"clinics\.E001"):
        call_command("check")


def test_the_real_site_declares_everything():
    assert list(checks.faults(checks.addresses())) == []


def test_every_exception_of_the_check_has_its_reason():
    assert all(reason for reason in checks.ALLOWED.values())
