"""Every list of the API refuses a query it does not understand."""

import pytest

from config.api import version_1
from tests.factories import clinics as make

pytestmark = pytest.mark.django_db

# Two answer about one thing; the others miss their lot or visit type first.
NO_LISTS = {"clinic/", "sending/", "kits/", "openings/"}


def lists():
    addresses = {str(one.pattern): one.callback.cls for one in version_1}
    read = {name for name, view in addresses.items() if "GET" in view.actions}
    return sorted(name for name in read - NO_LISTS if "<" not in name)


@pytest.mark.parametrize("address", lists())
def test_a_list_refuses_a_field_it_does_not_know(client, address):
    key = make.api_key(make.membership("medical_director"))

    answer = client.get(
        f"/api/v1/{address}?colour=red", headers={"Authorization": f"Bearer {key}"}
    )

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/colour"]


def test_the_lists_are_all_looked_at():
    assert {"absences/", "episodes/", "messages/", "patients/", "tasks/"} < {*lists()}
