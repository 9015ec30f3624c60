"""REST: who waits, what became free, and who is offered it."""

from datetime import timedelta

import pytest

from clinics.models import AccessLogEntry
from core import clock
from scheduling.models import FreedOpening, WaitlistEntry
from scheduling.waitlist import ends
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.factories import waitlist as waits
from tests.factories.scheduling import BY
from tests.factories.waitlist import offer_of
from tests.scheduling.rest import Api, body, nine

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return make.practice()


@pytest.fixture
def api(client, at):
    """`api.post(path, body)` as a coordinator of the clinic."""
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


def wish(at, who=None, **changed):
    fields = {"patient": str((who or at.patient()).pk), "visit_type": "consultation"}
    return {**fields, "minimum_notice_hours": 24, **changed}


def freed(api, at):
    """The opening of a consultation that was booked and cancelled over REST."""
    visit = api.post("appointments/", body(at)).json()
    api.post(f"appointments/{visit['id']}/cancel/", {"version": visit["version"]})
    (row,) = api.get("freed-openings/").json()["results"]
    return row


def test_what_became_free_is_listed_while_it_can_be_had(api, at):
    row = freed(api, at)
    start = {"visit_type": "consultation", "start": row["start"]}

    hold = api.post("holds/", start).json()
    (held,) = api.get("freed-openings/").json()["results"]
    api.delete(f"holds/{hold['id']}/")
    (free,) = api.get("freed-openings/").json()["results"]
    api.post("appointments/", body(at, start=row["start"]))
    lost = api.get("freed-openings/").json()["results"]

    assert (row["held"], held["held"], free["held"]) == (False, True, False)
    assert lost == []


def test_a_patient_is_added_with_wishes_and_listed(api, at):
    clinician = at.one("clinician").pk
    wishes = {"weekdays": "mon,tue", "earliest": "08:30", "clinicians": [clinician]}

    added = api.post("waitlist/", wish(at, **wishes))

    assert added.status_code == 201
    assert added.json()["weekdays"] == ["mon", "tue"]
    assert added.json()["earliest"] == "08:30"
    assert api.get("waitlist/").json()["results"] == [added.json()]


def test_a_freed_opening_is_matched_offered_and_accepted(api, at):
    entry = api.post("waitlist/", wish(at)).json()
    waits_longer = api.post("waitlist/", wish(at, minimum_notice_hours=24 * 80)).json()
    row = freed(api, at)

    found = api.get(f"freed-openings/{row['id']}/matches/").json()
    batch = api.post(f"freed-openings/{row['id']}/offer/", {"minutes": 60})
    (offer,) = batch.json()["offers"]
    accepted = api.post(f"offers/{offer['id']}/accept/", {})

    assert [m["id"] for m in found["fitting"]] == [entry["id"]]
    assert [m["id"] for m in found["others"]] == [waits_longer["id"]]
    assert found["why_nobody"] == "1 needs 80 days’ notice"
    assert batch.status_code == 201
    assert accepted.status_code == 200
    assert accepted.json()["start"] == nine().isoformat()
    seen = api.get(f"waitlist/{entry['id']}/").json()
    assert seen["status"] == "booked"
    assert [o["status"] for o in seen["offers"]] == ["accepted"]
    assert [line["name"] for line in seen["history"]] == [
        "waitlist.added",
        "waitlist.offer_accepted",
        "waitlist.booked",
    ]


def test_who_comes_second_gets_409_offer_gone(api, at):
    for _ in range(2):
        api.post("waitlist/", wish(at))
    row = freed(api, at)
    made = api.post(f"freed-openings/{row['id']}/offer/", {}).json()["offers"]
    first, second = (offer["id"] for offer in made)
    api.post(f"offers/{first}/accept/", {})

    answer = api.post(f"offers/{second}/accept/", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "offer-gone")
    assert answer.json()["detail"] == (
        "This time has just been taken. You stay on the list."
    )


def test_a_declined_offer_leaves_the_patient_waiting(api, at):
    entry = api.post("waitlist/", wish(at)).json()
    row = freed(api, at)
    (offer,) = api.post(f"freed-openings/{row['id']}/offer/", {}).json()["offers"]

    declined = api.post(f"offers/{offer['id']}/decline/", {})

    assert declined.json()["status"] == "declined"
    assert api.get(f"waitlist/{entry['id']}/").json()["status"] == "waiting"
    assert api.get("offers/").json()["results"][0]["status"] == "declined"


def test_who_does_not_suit_is_refused_with_the_reason(api, at):
    entry = api.post("waitlist/", wish(at, weekdays=["fri"])).json()
    row = freed(api, at)

    chosen = api.post(f"freed-openings/{row['id']}/offer/", {"entries": [entry["id"]]})
    nobody = api.post(f"freed-openings/{row['id']}/offer/", {})

    assert (chosen.status_code, chosen.json()["code"]) == (409, "does-not-suit")
    assert chosen.json()["entries"] == [
        {"entry": entry["id"], "reasons": ["Can come on Friday only."]}
    ]
    assert (nobody.status_code, nobody.json()["code"]) == (409, "nobody-matches")
    assert "1 needs another weekday" in nobody.json()["detail"]


def test_a_freed_opening_is_dismissed(api, at):
    row = freed(api, at)

    done = api.post(f"freed-openings/{row['id']}/dismiss/", {})

    assert done.json()["status"] == "dismissed"
    assert api.get("freed-openings/").json()["results"] == []


def test_an_entry_is_withdrawn_and_no_longer_listed(api, at):
    entry = api.post("waitlist/", wish(at)).json()

    done = api.post(f"waitlist/{entry['id']}/withdraw/", {"reason": "No longer"})

    assert done.json()["status"] == "withdrawn"
    assert api.get("waitlist/").json()["results"] == []
    assert len(api.get("waitlist/", closed="true").json()["results"]) == 1


def test_a_contact_of_an_episode_is_waited_for_by_its_code(api, at):
    episode = "6c0a4a52-3f0e-4f4e-9b60-8d6a4f1f0c11"

    made = api.post("waitlist/", wish(at, episode=episode, follow_up="W6"))
    alone = api.post("waitlist/", wish(at, follow_up="W6"))

    assert made.json()["subject"] == f"episode:{episode}#W6"
    assert alone.status_code == 400
    assert [error["pointer"] for error in alone.json()["errors"]] == ["/episode"]


def test_somebody_waits_once_for_one_kind_of_visit(api, at):
    who = at.patient()
    api.post("waitlist/", wish(at, who))

    again = api.post("waitlist/", wish(at, who))

    assert (again.status_code, again.json()["code"]) == (409, "waits-already")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"visit_type": "massage"}, "/visit_type"),
        ({"visit_type": ""}, "/visit_type"),
        ({"earliest": "12:00", "latest": "09:00"}, "/wishes"),
        ({"clinicians": [2**40]}, "/wishes"),
        ({"weekdays": "someday"}, "/weekdays"),
        ({"weekdays": ["mon", {}]}, "/weekdays"),
        ({"valid_to": "2020-01-01", "valid_from": "2019-01-01"}, "/valid_to"),
        ({"valid_to": "2020-01-01"}, "/valid_to"),
        ({"valid_to": "2099-01-01"}, "/valid_to"),
        ({"appointment": "00000000-0000-4000-8000-000000000000"}, "/appointment"),
        ({"minimum_notice_hours": -1}, "/minimum_notice_hours"),
        ({"sedation": "general"}, "/sedation"),
        ({"wish": "soon"}, "/wish"),
    ],
)
def test_wishes_nobody_could_fulfil_are_refused_by_field(api, at, changed, pointer):
    answer = api.post("waitlist/", wish(at, **changed))

    assert answer.status_code == 400
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_another_clinics_list_is_not_there(client, api, at):
    elsewhere = make.practice()
    now = clock.now()
    entry = waits.entry(elsewhere, now=now, valid_to_on=now.date() + timedelta(30))
    row = FreedOpening.objects.create(
        clinic=elsewhere.clinic,
        appointment=elsewhere.book(),
        visit_type=entry.visit_type,
        during=(now, now + timedelta(hours=1)),
        freed_by_act="cancelled",
        freed_at=now,
    )

    assert api.get("waitlist/").json()["results"] == []
    assert api.get(f"waitlist/{entry.pk}/").status_code == 404
    assert api.post(f"waitlist/{entry.pk}/withdraw/", {}).status_code == 404
    assert api.get(f"freed-openings/{row.pk}/matches/").status_code == 404
    assert api.post(f"freed-openings/{row.pk}/offer/", {}).status_code == 404
    assert api.post(f"freed-openings/{row.pk}/dismiss/", {}).status_code == 404
    assert WaitlistEntry.objects.get().closed_at is None


def test_looking_at_the_list_is_on_the_access_log(api, at):
    entry = api.post("waitlist/", wish(at)).json()

    api.get(f"waitlist/{entry['id']}/")

    log = AccessLogEntry.objects.latest("pk")
    assert [str(pk) for pk in log.patient_ids] == [entry["patient"]]
    assert log.deliberate


def test_an_opening_nobody_gave_up_is_offered_and_the_batch_taken_back(api, at):
    for _ in range(2):
        api.post("waitlist/", wish(at))
    asked = {"visit_type": "consultation", "start": nine().isoformat(), "minutes": 60}

    batch = api.post("offers/", asked | {"batch": 2})
    again = api.post("offers/", asked)
    first, second = batch.json()["offers"]
    back = api.post(f"offers/{first['id']}/withdraw/", {})
    refused = api.post(f"offers/{second['id']}/accept/", {})

    assert batch.status_code == 201
    assert batch.json()["start"] == nine().isoformat()
    assert batch.json()["ended_at"] is None
    assert (again.status_code, again.json()["code"]) == (409, "nobody-matches")
    assert back.status_code == 200
    assert back.json()["ended_at"]
    assert (refused.status_code, refused.json()["code"]) == (409, "offer-gone")
    ends.close_offer_batches(by=BY, now=clock.now())
    shown = api.get("offers/").json()["results"]
    assert {offer["status"] for offer in shown} == {"withdrawn"}


def test_another_clinics_batch_is_not_taken_back(api, at):
    elsewhere = make.practice()
    now = clock.now()
    entry = waits.entry(elsewhere, now=now, valid_to_on=now.date() + timedelta(90))
    held = waits.offer(elsewhere, start=nine(), now=now)

    answer = api.post(f"offers/{offer_of(entry).pk}/withdraw/", {})

    assert answer.status_code == 404
    held.refresh_from_db()
    assert held.ended_at is None
