"""The nav: what stands in its row, what under a group, what a phone's bar holds."""

import pytest

from clinics.domain.roles import STAFF_ROLES
from notifications.domain.catalogue import KINDS
from pages.kit import states
from pages.kit.nav import entries, in_groups


def test_the_lists_of_follow_up_stand_under_one_entry():
    nav = in_groups(entries("coordinator", "/staff/owed/"))

    group = next(entry for entry in nav if entry["label"] == "Follow-up")
    assert [one["label"] for one in group["places"]] == [
        "Recovery contacts",
        "Owed visits",
    ]
    assert group["current"]
    assert "Owed visits" not in {entry["label"] for entry in nav}


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_the_bar_of_a_phone_holds_five_and_the_menu_the_rest(role):
    shown = entries(role, "/staff/")

    assert 0 < sum(not entry["later"] for entry in shown) <= 5
    assert all(entry["later"] for entry in shown if entry["group"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_message_has_a_name_for_people(kind):
    assert kind in states.KINDS
