"""Why not, from the tables: the reasons in words, and the ways that yield openings."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling import selectors
from scheduling.booking import holds
from scheduling.explain.rendering import explained_json
from scheduling.setup import services as setup
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE
from tests.scheduling.asking import (
    SUNDAY,
    WEDNESDAY,
    absent,
    ask,
    at_clock,
    busy_clinic,
    reasons,
    the_reason,
    ways,
)

pytestmark = pytest.mark.django_db


def name(resource, called):
    resource.name = called
    resource.save(update_fields=["name"])
    return resource


def spinning():
    """A visit that needs a clinician and, after an hour, the centrifuge."""
    at = make.practice({"clinician": 2, "centrifuge": 1}, ship=False)
    make.visit_type(
        at.clinic,
        PhaseSpec("Harvest", 0, 60, (NeedSpec(("clinician",)),)),
        PhaseSpec("Processing", 60, 180, (NeedSpec(("centrifuge",)),)),
    )
    name(at.one("centrifuge"), "Centrifuge 1")
    return at


def test_absences_that_follow_on_each_other_end_with_the_last():
    at = spinning()
    absent(at.one("centrifuge"), at_clock(0), at_clock(14))
    absent(at.one("centrifuge"), at_clock(14), at_clock(23))

    explained = ask(at, "visit")

    assert the_reason(explained) == "Centrifuge 1 is in maintenance until 23:00."
    (block,) = explained_json(explained)["rejected"][0]["blocks"]
    assert block["end"] == at_clock(23).astimezone(explained.zone).isoformat()


def test_absences_of_two_kinds_that_follow_on_each_other_are_no_one_kind():
    at = spinning()
    absent(at.one("centrifuge"), at_clock(0), at_clock(14))
    absent(at.one("centrifuge"), at_clock(14), at_clock(23), "broken")

    text = the_reason(ask(at, "visit"))

    assert text == "Centrifuge 1 is not available until 23:00."


def test_absences_with_time_between_them_are_two():
    at = spinning()
    absent(at.one("centrifuge"), at_clock(0), at_clock(14))
    absent(at.one("centrifuge"), at_clock(14, 30), at_clock(23))

    text = the_reason(ask(at, "visit"))

    assert text == "Centrifuge 1 is in maintenance until 14:00."


def test_a_day_with_an_opening_is_not_rejected():
    explained = ask(make.practice())

    assert explained.openings
    assert explained.rejected == []
    assert selectors.relaxations(explained) == []


def test_a_centrifuge_in_maintenance_is_named_with_its_end():
    at = spinning()
    absent(at.one("centrifuge"), at_clock(7), at_clock(14, 5))

    explained = ask(at, "visit")

    (rejected,) = explained.rejected
    assert the_reason(explained) == "Centrifuge 1 is in maintenance until 14:05."
    assert (rejected.need, rejected.resource.name) == ("Processing", "Centrifuge 1")
    assert rejected.code == "absence"


def test_an_absence_that_goes_on_is_named_with_its_last_day():
    at = spinning()
    absent(
        at.one("centrifuge"), at_clock(7), at_clock(14) + timedelta(days=8), "broken"
    )

    assert the_reason(ask(at, "visit")) == (
        "Centrifuge 1 is out of order until Thu 10 Sep, 14:00."
    )


def test_both_clinicians_who_can_use_the_c_arm_are_booked():
    at = make.practice({"clinician": 3}, ship=False)
    for skilled in at.by_kind["clinician"][:2]:
        skilled.capabilities = ["c_arm"]
        skilled.save()
    need = NeedSpec(("clinician",), capabilities=("c_arm",))
    make.visit_type(at.clinic, PhaseSpec("Injection", 0, 340, (need,)))
    for skilled in at.by_kind["clinician"][:2]:
        make.visit_type(
            at.clinic,
            PhaseSpec("Talk", 0, 210, (NeedSpec(("clinician",)),)),
            slug=f"talk-{skilled.pk}",
        )
        at.book(
            visit_type=f"talk-{skilled.pk}", start=at_clock(8), clinician=skilled.pk
        )
    absent(at.by_kind["clinician"][0], at_clock(16), at_clock(17), "leave")

    explained = ask(at, "visit")

    assert the_reason(explained) == "Both C-arm clinicians are booked until 11:30."


def test_all_of_three_rooms_are_told_apart_where_they_differ():
    at = make.practice({"recovery_bay": 3}, ship=False)
    need = NeedSpec(("recovery_bay",))
    make.visit_type(at.clinic, PhaseSpec("Recovery", 0, 300, (need,)))
    bays = at.by_kind["recovery_bay"]
    absent(bays[0], at_clock(7), at_clock(13), "unusable")
    absent(bays[1], at_clock(7), at_clock(14))
    holds.hold(
        clinic_id=at.clinic.pk,
        visit_type="visit",
        start=at_clock(10),
        by=BY,
        now=NOW,
    )

    assert the_reason(ask(at, "visit")) == (
        "All 3 recovery bays are out: "
        "recovery_bay 1 is unusable until 13:00, "
        "recovery_bay 2 is in maintenance until 14:00 and "
        "recovery_bay 3 is held from 10:00 until 15:00."
    )


def test_closed_days_holidays_and_short_days():
    at = make.practice()
    monday, tuesday = date(2026, 9, 7), date(2026, 9, 8)
    common = {"clinic_id": at.clinic.pk, "by": BY, "now": NOW}
    setup.add_exception(kind="closed", applies_on=monday, reason="Labor Day", **common)
    setup.add_exception(
        kind="closed",
        applies_on=tuesday,
        local_start=time(8, 30),
        local_end=time(17),
        reason="Painting",
        **common,
    )

    explained = ask(at, first=SUNDAY, last=tuesday)

    assert reasons(explained) == {
        SUNDAY: "The clinic is closed on Sundays.",
        monday: "The clinic is closed on Mon 7 Sep (Labor Day).",
        tuesday: "The clinic is open only 08:00–08:30 on Tue 8 Sep (Painting).",
    }
    assert {one.resource for one in explained.rejected} == {None}
    assert {one.need for one in explained.rejected} == {"Opening hours"}


def test_a_public_holiday_is_called_by_its_name():
    at = make.practice(holiday_calendar="US")
    labor_day = date(2026, 9, 7)

    assert the_reason(ask(at, first=labor_day, last=labor_day)) == (
        "The clinic is closed on Mon 7 Sep (Labor Day)."
    )


def test_only_those_who_are_excluded_have_time():
    at = make.practice(make.ONE_OF_EACH | {"clinician": 2})
    one, other = at.by_kind["clinician"]
    absent(one, at_clock(0), at_clock(23) + timedelta(days=2), "leave")
    wishes = selectors.Wishes(not_clinicians=frozenset({other.pk}))

    explained = ask(at, wishes=wishes)

    assert the_reason(explained) == "Clinician 1 is on leave until Fri 4 Sep, 23:00."
    assert ways(explained)[0] == "Nobody excluded: first on Wed 2 Sep, 08:00"


def test_in_the_order_of_least_waste_days_with_openings_are_not_rejected():
    at = make.practice()

    explained = ask(at, last=SUNDAY, order="tightest", limit=2)

    assert list(reasons(explained)) == [date(2026, 9, 5), SUNDAY]
    for way in selectors.relaxations(explained):
        assert way.rejected or way.change["order"] is None


def test_what_the_clinic_has_not_is_said_for_every_day():
    at = make.practice(make.ONE_OF_EACH | {"c_arm": 0})

    explained = ask(at, "bmc-fluoroscopy", last=WEDNESDAY + timedelta(days=2))

    assert set(reasons(explained).values()) == {"The clinic has no C-arm."}
    assert len(explained.rejected) == 3
    assert {(one.code, one.need) for one in explained.rejected} == {
        ("missing", "Injection")
    }
    assert selectors.relaxations(explained) == []


def test_a_retired_one_is_named():
    at = make.practice()
    c_arm = at.one("c_arm")
    setup.retire_resource(clinic_id=at.clinic.pk, resource_id=c_arm.pk, by=BY, now=NOW)

    assert the_reason(ask(at, "bmc-fluoroscopy")) == (
        "The clinic has no C-arm in use: c_arm 1 is retired."
    )


def test_the_patients_other_visit_is_said_without_more():
    at = make.practice({"clinician": 2}, ship=False)
    make.visit_type(at.clinic, PhaseSpec("Talk", 0, 300, (NeedSpec(("clinician",)),)))
    patient = at.patient()
    at.book(patient, visit_type="visit", start=at_clock(10))

    explained = ask(at, "visit", patient_id=patient.pk)

    assert the_reason(explained) == "The patient has another visit, 10:00–15:00."


def test_notice_is_said_and_never_offered_away():
    at = make.practice({"clinician": 1}, ship=False)
    make.visit_type(at.clinic, minimum_lead_minutes=48 * 60)
    now = at_clock(9)

    explained = ask(at, "visit", now=now)

    assert the_reason(explained) == (
        "This visit needs more notice: it can begin from Fri 4 Sep, 09:00 on."
    )
    assert ways(explained) == [
        "Until Fri 11 Sep: first on Fri 4 Sep, 09:00",
        "From Mon 7 Sep until Mon 14 Sep: first on Mon 7 Sep, 08:00",
    ]


def test_a_wish_that_leaves_no_day_is_what_is_named():
    at = make.practice()
    tuesday = frozenset({1})

    explained = ask(at, wishes=selectors.Wishes(weekdays=tuesday))

    assert the_reason(explained) == "Wednesdays were not asked for."
    assert ways(explained) == [
        "Any weekday: first on Wed 2 Sep, 08:00",
        "From Tue 1 Sep: first on Tue 1 Sep, 10:00",
        "Until Tue 15 Sep: first on Tue 8 Sep, 08:00",
    ]


def test_today_when_the_fitting_times_are_over():
    explained = ask(make.practice(), now=at_clock(16, 30))

    assert the_reason(explained) == (
        "The times that would fit are over, such as 08:00."
    )


def test_days_gone_by_are_not_explained():
    explained = ask(make.practice(), first=date(2026, 8, 1), now=at_clock(16, 30))

    assert [one.day for one in explained.rejected] == [WEDNESDAY]


def test_a_window_that_is_over_says_so_and_leads_on():
    explained = ask(make.practice(), first=date(2026, 8, 3), last=date(2026, 8, 7))

    assert reasons(explained) == {
        date(2026, 8, 7): "The days asked for are over; choose a later last day."
    }
    assert ways(explained) == [
        "Until Tue 8 Sep: first on Tue 1 Sep, 10:00",
        "From Wed 2 Sep until Wed 9 Sep: first on Wed 2 Sep, 08:00",
    ]
    (rejected,) = explained_json(explained)["rejected"]
    assert (rejected["code"], rejected["need"]) == ("past", "Time left")
    assert (rejected["resource"], rejected["start"]) == (None, None)
    assert rejected["blocks"] == []


def test_a_window_years_ago_says_so_as_well():
    last = date(1900, 1, 2)

    explained = ask(make.practice(), first=date(1900, 1, 1), last=last)

    assert list(reasons(explained)) == [last]
    days = [way.first.start.date() for way in selectors.relaxations(explained)]
    assert days == [date(2026, 9, 1), date(2026, 9, 2)]
    assert ways(explained)[0] == (
        "From Tue 1 Sep until Tue 8 Sep: first on Tue 1 Sep, 10:00"
    )


def test_only_the_days_of_a_full_page_are_explained():
    at = make.practice()

    explained = ask(at, first=SUNDAY, last=date(2026, 9, 30), limit=3)

    assert list(reasons(explained)) == [SUNDAY]


def test_the_rest_answer_names_no_booking_and_no_patient():
    at = busy_clinic()
    patient = at.patient(given_name="Zenobia", family_name="Quimby")
    at.book(patient, start=NINE)

    answer = explained_json(ask(at, "bmc-ultrasound"))

    assert set(answer) == {"openings", "rejected", "relaxations"}
    assert {"date", "reason", "need", "resource"} <= set(answer["rejected"][0])
    assert "Zenobia" not in str(answer)
    assert "Quimby" not in str(answer)
    assert answer["rejected"][0]["resource"] == {
        "id": at.one("centrifuge").pk,
        "kind": "centrifuge",
        "name": "centrifuge 1",
    }


def test_explaining_thirty_days_takes_few_statements():
    at = busy_clinic()
    asked = {"last": WEDNESDAY + timedelta(days=29), "patient_id": at.patient().pk}

    with CaptureQueriesContext(connection) as statements:
        ask(at, "bmc-ultrasound", **asked, limit=500)

    assert len(statements) <= 14


def test_a_night_clinic_is_explained_across_midnight():
    nights = {weekday: [(time(22), time(0))] for weekday in range(5)}
    at = make.practice({"clinician": 1}, hours=nights, ship=False)
    make.visit_type(at.clinic, PhaseSpec("Watch", 0, 150, (NeedSpec(("clinician",)),)))

    text = the_reason(ask(at, "visit"))

    assert text == "The clinic is open only 22:00–00:00 on Wed 2 Sep."


def test_a_moment_is_a_datetime_in_the_clinics_zone():
    at = spinning()
    absent(at.one("centrifuge"), at_clock(7), at_clock(14, 5))

    (rejected,) = explained_json(ask(at, "visit"))["rejected"]

    assert datetime.fromisoformat(rejected["start"]).hour == 8
    assert rejected["blocks"][0]["end"] == "2026-09-02T14:05:00-05:00"
