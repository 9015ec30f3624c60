"""An administrator sets hours, days and resources by forms, and sees numbers only."""

import pytest
from django.urls import reverse

from core.models import JournalEntry
from scheduling.models import Conflict, OpeningHours, Resource, ScheduleException
from tests.clinics.conftest import browser
from tests.factories import clinics as make
from tests.factories import scheduling
from tests.factories.scheduling import NINE

pytestmark = pytest.mark.django_db

NEXT = NINE.replace(day=3)  # Thursday at nine, a day from now


@pytest.fixture
def admin(practice):
    return browser(make.membership("admin", at=practice.clinic))


@pytest.fixture
def booked(practice):
    return practice.book(practice.patient(given_name="Zelda"), start=NEXT)


def text(response):
    return response.content.decode()


def week(start="08:00", end="17:00", days=range(5)):
    pairs = {f"day{d}_0_start": start for d in days}
    return pairs | {f"day{d}_0_end": end for d in days}


def a_day(**changed):
    return {
        "kind": "closed",
        "resource": "",
        "applies_on": "2026-09-03",
        "local_start": "",
        "local_end": "",
        "reason": "Flood",
        **changed,
    }


def test_shorter_hours_say_how_many_visits_need_a_decision(admin, booked):
    shown = text(admin.get(reverse("staff:hours")))
    assert 'value="08:00"' in shown

    answer = admin.post(reverse("staff:hours"), week(end="09:15"), follow=True)

    assert "1 visit now needs a decision" in text(answer)
    assert "1 visit cannot be as agreed" in text(answer)
    assert "Zelda" not in text(answer)
    assert Conflict.objects.get().appointment == booked

    again = admin.post(reverse("staff:hours"), week(), follow=True)
    assert "1 visit fits again and needs no decision any more" in text(again)


def test_one_resource_gets_a_split_shift_and_gives_it_up_again(admin, practice):
    nurse = practice.one("nurse")
    where = reverse("staff:resource_hours", args=[nurse.pk])
    split = week("08:00", "12:00", [0])
    split |= {"day0_1_start": "13:00", "day0_1_end": "17:00"}

    saved = admin.post(where, split, follow=True)

    assert "Mon 8:00 AM–12:00 PM, 1:00 PM–5:00 PM" in text(saved)
    assert "No booked visit is affected." in text(saved)
    assert 'value="13:00"' in text(admin.get(where))

    admin.post(where, {})
    assert not OpeningHours.objects.filter(resource=nurse).exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"day0_0_start": "08:00"}, "Give both times, or neither."),
        (week("17:00", "08:00"), "the hours of a day run forwards"),
        ({"day0_0_start": "soon", "day0_0_end": "10:00"}, "Enter a valid time."),
        ({"day0_0_start": ""}, "Give the hours of one day at least."),
    ],
)
def test_hours_that_cannot_be_are_refused_in_words(admin, form, words):
    answer = admin.post(reverse("staff:hours"), form)

    assert answer.status_code == 422
    assert words in text(answer)
    assert OpeningHours.objects.count() == 5


def test_a_closed_day_is_entered_and_removed(admin, booked):
    assert "No closed or extra days" in text(admin.get(reverse("staff:days")))

    made = text(admin.post(reverse("staff:day_new"), a_day(), follow=True))
    assert "1 visit now needs a decision" in made
    assert "Flood" in made
    assert "Zelda" not in made

    day = ScheduleException.objects.get()
    removed = admin.post(reverse("staff:day_remove", args=[day.pk]), follow=True)
    assert "1 visit fits again" in text(removed)
    assert Conflict.objects.get().resolved_at is not None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"applies_on": ""}, "Give a date for the day."),
        ({"applies_on": "2026-09-01"}, "Give a day that is not over."),
        ({"local_start": "10:00"}, "Give both times, or neither"),
        ({"local_start": "10:00", "local_end": "09:00"}, "not after the start"),
        ({"kind": "extra"}, "Say from when to when it is open."),
        ({"resource": "0"}, "not one of the available choices"),
    ],
)
def test_a_day_that_cannot_be_is_refused_in_words(admin, changed, words):
    answer = admin.post(reverse("staff:day_new"), a_day(**changed))

    assert answer.status_code == 422
    assert words in text(answer)
    assert not ScheduleException.objects.exists()


def test_a_resource_is_added_with_its_capabilities(admin):
    form = {"kind": "nurse", "name": "Okafor", "capabilities": "IV, Deep sedation, iv"}

    answer = admin.post(reverse("staff:resource_new"), form, follow=True)

    assert "Okafor can be booked from now on." in text(answer)
    made = Resource.objects.get(name="Okafor")
    assert made.capabilities == ["iv", "deep_sedation"]

    again = admin.post(reverse("staff:resource_new"), form)
    assert again.status_code == 422
    assert "There is one of this name already." in text(again)


def test_retiring_asks_first_and_counts_the_visits(admin, practice, booked):
    doctor = practice.one("clinician")
    where = reverse("staff:resource_retire", args=[doctor.pk])
    assert "This cannot be taken back." in text(admin.get(where))
    assert Resource.objects.get(pk=doctor.pk).active

    answer = admin.post(where, follow=True)

    assert f"{doctor.name} is retired. 1 visit now needs a decision" in text(answer)
    assert not Resource.objects.get(pk=doctor.pk).active
    assert JournalEntry.objects.filter(name="resource.retired").count() == 1
    assert admin.get(where).status_code == 404


def test_only_administrators_come_in_and_only_to_their_own(practice, admin):
    stranger = scheduling.practice().one("nurse").pk
    coordinator = browser(make.membership("coordinator", at=practice.clinic))
    own = practice.one("nurse").pk

    for name, keys in (("hours", []), ("days", []), ("resource_retire", [own])):
        where = reverse(f"staff:{name}", args=keys)
        assert coordinator.get(where).status_code == 403
    for name in ("resource_hours", "resource_retire"):
        where = reverse(f"staff:{name}", args=[stranger])
        assert admin.get(where).status_code == 404
        assert admin.post(where, {}).status_code == 404
