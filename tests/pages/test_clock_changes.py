"""Where clocks change, forms ask which time is meant, and take the answer."""

import html
import re
from datetime import datetime

import pytest
from django.urls import reverse

from core import clock
from scheduling.booking import book, rules
from scheduling.models import Absence, PhaseRecord
from scheduling.setup import services as setup
from tests.factories.scheduling import BY
from tests.pages.conftest import NOW
from tests.pages.test_booking import fields
from tests.scheduling.rest import HOUSTON
from tests.scheduling.test_bad_starts import ALWAYS

pytestmark = pytest.mark.django_db

DOUBLED = "2026-11-01T01:30"
GAP = "2027-03-14T02:30"
FIRST, SECOND = f"{DOUBLED}:00-05:00", f"{DOUBLED}:00-06:00"


def sick_call(practice, **changed):
    return {
        "resource": practice.one("clinician").pk,
        "kind": "ill",
        "start": "2026-10-31T08:00",
        "end": "2026-11-02T17:00",
        "reason": "",
        **changed,
    }


def choices(page, name):
    """What may be chosen for this field: values, by what is read beside them."""
    found = re.findall(
        rf'<input type="radio" name="{name}_chosen" value="([^"]*)"><span>([^<]*)<',
        page,
    )
    return {words: html.unescape(value) for value, words in found}


def sent_along(page):
    """The hidden fields about times, as a browser sends them back."""
    found = re.findall(
        r'<input type="hidden" name="(\w+_(?:asked|chosen))" value="([^"]*)">', page
    )
    return dict(found)


def enter(client, asked):
    response = client.post(reverse("staff:absence_new"), asked)
    return response, response.content.decode()


@pytest.mark.parametrize("field", ["start", "end"])
def test_an_absence_in_the_doubled_hour_is_asked_which(coordinator, practice, field):
    asked = sick_call(practice, **{field: DOUBLED})

    response, page = enter(coordinator, asked)
    found = choices(page, field)
    chosen = {f"{field}_chosen": found["Sun, Nov 1, 2026, 1:30 AM (UTC-06:00)"]}
    done, _ = enter(coordinator, asked | sent_along(page) | chosen)

    [period] = Absence.objects.values_list("period", flat=True)
    bound = period.lower if field == "start" else period.upper
    assert response.status_code == 422
    assert "This time comes twice that day" in page
    assert list(found.values()) == [FIRST, SECOND]
    assert done.status_code == 302
    assert bound == datetime.fromisoformat(SECOND)


def test_a_time_that_is_skipped_is_asked_with_its_neighbours(coordinator, practice):
    asked = sick_call(practice, start=GAP, end="2027-03-15T17:00")

    response, page = enter(coordinator, asked)
    found = choices(page, "start")
    _, after = found.values()
    done, _ = enter(coordinator, asked | sent_along(page) | {"start_chosen": after})

    assert response.status_code == 422
    assert "The clocks skip this time that day" in page
    assert [words[:26] for words in found] == [
        "Sun, Mar 14, 2027, 1:55 AM",
        "Sun, Mar 14, 2027, 3:00 AM",
    ]
    assert done.status_code == 302
    assert Absence.objects.get().period.lower == datetime.fromisoformat(after)


def test_what_was_chosen_is_kept_while_something_else_is_mended(coordinator, practice):
    asked = sick_call(practice, start=DOUBLED, resource="")
    _, page = enter(coordinator, asked)
    chosen = asked | sent_along(page) | {"start_chosen": SECOND}

    _, still = enter(coordinator, chosen)
    mended = sick_call(practice, start=DOUBLED) | sent_along(still)
    done, _ = enter(coordinator, mended)

    assert choices(still, "start") == {}
    assert f'value="{DOUBLED}"' in still
    assert done.status_code == 302
    assert Absence.objects.get().period.lower == datetime.fromisoformat(SECOND)


def test_another_time_typed_instead_is_taken(coordinator, practice):
    asked = sick_call(practice, start=DOUBLED)
    _, page = enter(coordinator, asked)
    typed = sent_along(page) | {"start": "2026-10-31T09:00", "start_chosen": SECOND}

    done, _ = enter(coordinator, asked | typed)

    nine = datetime(2026, 10, 31, 9, tzinfo=HOUSTON)
    assert done.status_code == 302
    assert Absence.objects.get().period.lower == nine


def test_nothing_chosen_is_asked_again(coordinator, practice):
    asked = sick_call(practice, start=DOUBLED)
    _, page = enter(coordinator, asked)

    response, again = enter(coordinator, asked | sent_along(page))

    assert response.status_code == 422
    assert len(choices(again, "start")) == 2


def test_an_absence_is_shortened_to_the_time_that_was_chosen(coordinator, practice):
    enter(coordinator, sick_call(practice))
    absence = Absence.objects.get()
    end = reverse("staff:absence_end", args=[absence.pk])

    asked = coordinator.post(end, {"until": DOUBLED})
    page = asked.content.decode()
    answer = {"until": DOUBLED, **sent_along(page), "until_chosen": FIRST}
    done = coordinator.post(end, answer)

    absence.refresh_from_db()
    assert asked.status_code == 422
    assert list(choices(page, "until").values()) == [FIRST, SECOND]
    assert done.status_code == 302
    assert absence.period.upper == datetime.fromisoformat(FIRST)


@pytest.fixture
def night_visit(practice, monkeypatch):
    """One that was checked in before the clocks were put back, at 00:30."""
    setup.set_hours(clinic_id=practice.clinic.pk, hours=ALWAYS, by=BY, now=NOW)
    monkeypatch.setattr(rules, "_rules", [rules.Rule(lambda ask: [], decides=True)])
    began = datetime(2026, 11, 1, 0, 30, tzinfo=HOUSTON)
    visit = practice.book(start=began)
    clock.set_to(datetime(2026, 11, 1, 3, tzinfo=HOUSTON))
    return book.check_in(appointment_id=visit.pk, by=BY, now=began)


@pytest.mark.parametrize(
    ("name", "asked", "field"),
    [
        ("visit_phase", {"what": "end", "at": "01:30"}, "ended_at"),
        (
            "visit_phase_correct",
            {"started": "00:35", "ended": "01:30", "reason": "seen late"},
            "ended_at",
        ),
        (
            "visit_phase_correct",
            {"started": "01:30", "reason": "seen late"},
            "started_at",
        ),
    ],
)
def test_a_phases_time_in_the_doubled_hour_is_asked_which(
    coordinator, night_visit, name, asked, field
):
    address = reverse(f"staff:{name}", args=[night_visit.pk, 0])

    response = coordinator.post(address, asked)
    page = response.content.decode()
    section = page[page.index('class="alert danger"') :]
    done = coordinator.post(address, fields(section, address))

    record = PhaseRecord.objects.get()
    assert response.status_code == 422
    assert "This time comes twice that day" in page
    assert "1:30 AM (UTC-06:00)" in section
    assert done.status_code == 302
    assert getattr(record, field) == datetime.fromisoformat(FIRST)
