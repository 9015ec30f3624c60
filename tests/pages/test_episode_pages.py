"""Episodes by stage, the page of one, opening one: what each role sees."""

import re
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from django.urls import reverse

from core import clock
from procedures.models import Episode, Product
from procedures.products import ids
from tests.clinics.conftest import browser
from tests.factories import patients
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedure_day import Day
from tests.pages.episode_forms import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    clock.set_to(NOW)
    return make.site()


def read(place, role, path):
    response = browser(place.person(role)).get(path)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def page_of(place, role, episode):
    return read(place, role, reverse("staff:episode", args=[episode.pk]))


def words(page):
    """The page's text, as one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_every_stage_is_a_link_with_its_count(place):
    make.episode(place)
    make.evaluated(place)
    make.evaluated(place)

    page = words(read(place, "coordinator", reverse("staff:episodes")))

    assert "All open 3" in page
    assert "Enquiry 1" in page
    assert "Consultation 2" in page
    assert "Withdrawn 0" in page


def test_a_stages_link_shows_only_its_episodes(place):
    make.episode(place, patient=patients.patient(place.clinic, family_name="Early"))
    later = make.evaluated(place)

    path = f"{reverse('staff:episodes')}?stage=consultation"
    page = read(place, "nurse", path)

    assert "Early" not in page
    assert reverse("staff:episode", args=[later.pk]) in page


def test_a_stage_without_episodes_says_what_to_do(place):
    page = read(place, "nurse", f"{reverse('staff:episodes')}?stage=harvested")

    assert "No episode stands here" in page
    assert "All open" in page


def test_the_list_names_target_time_in_stage_gaps_and_what_is_next(place):
    make.approved(place)
    clock.set_to(NOW + timedelta(days=3))

    page = words(read(place, "coordinator", reverse("staff:episodes")))

    assert "Knee right" in page
    assert "3 days" in page
    assert "Consent missing" in page
    assert "Booking" in page


def test_a_follow_up_is_overdue_after_its_date_and_missed_after_its_window():
    day = Day.ready().until("discharged")
    path = reverse("staff:episodes")

    clock.set_to(make.at("2026-09-16", "12:00"))
    assert "Overdue" not in read(day.place, "coordinator", path)
    clock.set_to(make.at("2026-09-17", "12:00"))
    assert "Overdue: D1" in read(day.place, "coordinator", path)
    clock.set_to(make.at("2026-09-18", "12:00"))
    assert "Missed: D1" in read(day.place, "coordinator", path)


def test_another_clinics_episodes_are_not_listed(place):
    make.episode(make.site())

    page = words(read(place, "coordinator", reverse("staff:episodes")))

    assert "All open 0" in page
    assert "No open episodes" in page


def test_a_coordinator_sees_status_and_flags_and_no_finding(place):
    episode = make.approved(place)

    page = page_of(place, "coordinator", episode)

    assert "Knee right" in page
    assert "Approved until" in page
    assert "Written estimate" in page
    for finding in ("M17.11", "Moderate damage", "pain 6", "Records", "Scores"):
        assert finding not in page


def test_a_coordinator_reads_no_finding_in_what_stands_in_the_way(place):
    episode = make.evaluated(place, active_infection=True, infection_site="shin")

    page = page_of(place, "coordinator", episode)

    assert "shin" not in page
    assert "INF-01" not in page


def test_who_treats_reads_the_records_in_words(place):
    episode = make.approved(place)

    page = words(page_of(place, "nurse", episode))

    assert "M17.11, pain 6 of 10" in page
    assert "Kellgren-Lawrence grade 3" in page
    assert "Moderate damage, conservative care exhausted." in page
    assert "KOOS, JR." in page


def test_every_record_of_a_whole_day_is_told_in_words_only():
    day = Day.ready().until("discharged")
    clock.set_to(day.at("10:50").astimezone(UTC))

    page = words(page_of(day.place, "clinician", day.episode))

    for told in (
        "60 mL in 12 draws",
        "Ropivacaine, Concentration 0.5 %, Volume 10 mL",
        "7.5 mL concentrate",
        "7 mL, right knee",
        "Ultrasound, in plane",
        "Systolic 132 mmHg",
        "Weight bearing As tolerated",
    ):
        assert told in page
    for raw in (".None", "procedures.", "Decimal", "[", "_"):
        assert raw not in page[page.index("Records") : page.index("Timeline")]


def test_the_path_shows_done_now_and_next(place):
    page = words(page_of(place, "nurse", make.approved(place)))

    assert "Consultation , done" in page
    assert "Approved , current stage" in page
    assert "Scheduled , next" in page


def test_a_deferral_blocks_the_path_and_says_until_when(place):
    until = (NOW + timedelta(days=40)).date()
    episode = make.evaluated(place)
    deferred = make.decision("deferred", reevaluate_on=until.isoformat())
    make.done(make.act(place, episode, "decide", deferred))

    page = words(page_of(place, "nurse", episode))

    assert "Approved , blocked: Deferred" in page
    assert "to be evaluated again from Oct 11, 2026" in page


def next_card(page):
    return words(page[page.index("card--next") : page.index('aria-label="Acts')])


def test_the_next_act_is_the_first_nothing_speaks_against(place):
    opened, seen = make.episode(place), make.evaluated(place)

    assert "Next Evaluation" in next_card(page_of(place, "clinician", opened))
    assert "Next Decision" in next_card(page_of(place, "clinician", seen))


def test_who_may_not_do_the_next_act_is_told_who_may(place):
    card = next_card(page_of(place, "nurse", make.evaluated(place)))

    assert "For: clinician, medical director" in card


def test_a_coordinator_is_led_to_the_booking_of_an_approved_patient(place):
    episode = make.approved(place)

    page = page_of(place, "coordinator", episode)

    assert "Book the procedure" in next_card(page)
    assert f"subject=episode%3A{episode.pk}" in page


def test_before_the_harvest_the_time_out_is_next_and_says_why():
    day = Day.ready().until("checked_in")
    clock.set_to(day.at("09:00").astimezone(UTC))

    page = page_of(day.place, "clinician", day.episode)

    assert "Next Time-out" in next_card(page)
    assert "Needed before harvest" in next_card(page)
    assert 'aria-disabled="true">Harvest' in page


def test_the_day_is_told_in_figures():
    day = Day.ready().until("discharged")
    clock.set_to(day.at("10:50").astimezone(UTC))

    page = words(page_of(day.place, "clinician", day.episode))

    assert "At the clinic 135 min" in page
    assert "Procedure 57 min" in page
    assert "Harvest to injection 32 min" in page
    assert "Cells 690 × 10⁶" in page


def of_somebody_else(day):
    """The label of another patient's container of that day."""
    own = ids.parse(Product.objects.get(kind="A").code)
    return ids.issue(replace(own, seq=own.seq + 1))


def test_a_scan_that_does_not_match_stops_the_line_on_the_page():
    day = Day.ready().until("harvested")
    clock.set_to(day.at("09:40").astimezone(UTC))
    day.hand_off("H1", "09:34", role="clinician", container_scan=of_somebody_else(day))

    page = words(page_of(day.place, "technician", day.episode))

    assert "A scan did not match: the line is stopped" in page


def test_a_readiness_item_is_done_at_a_press_and_waived_with_a_reason(place):
    episode = make.approved(place)
    client = browser(place.person("coordinator"))
    path = address(episode, "prepare")

    done = client.post(
        path, {"item": "labs", "state": "done", "version": episode.version}
    )
    episode.refresh_from_db()
    waived = {"item": "estimate", "state": "waived", "version": episode.version}
    without = client.post(path, waived)
    client.post(path, waived | {"reason": "A member of staff pays nothing."})

    assert done.status_code == 303
    assert without.status_code == 409
    assert "Waiving an item needs a reason." in without.content.decode()
    states = dict(episode.readiness_items.values_list("kind", "state"))
    assert (states["labs"], states["estimate"]) == ("done", "waived")


def test_the_waiver_opens_with_its_item_chosen(place):
    path = f"{address(make.approved(place), 'prepare')}?item=labs&state=waived"

    page = read(place, "coordinator", path)

    assert re.search(r'value="labs"[^>]*checked', page)
    assert re.search(r'value="waived"[^>]*checked', page)


def test_the_timeline_is_newest_first_with_actor_and_clinic_time(place):
    page = words(page_of(place, "clinician", make.approved(place)))
    history = page[page.rindex("Timeline") :]

    assert history.index("Decision signed") < history.index("Evaluation signed")
    assert history.index("Evaluation signed") < history.index("Episode opened")
    assert "Tue, Sep 1, 10:00 AM" in history
    assert ", clinician" in history


def test_an_episode_is_opened_from_a_patient(place):
    patient = patients.patient(place.clinic)
    path = reverse("staff:episode_new")
    client = browser(place.person("coordinator"))
    asked = client.get(f"{path}?patient={patient.pk}")

    response = client.post(
        path,
        {
            "patient": str(patient.pk),
            "targets-0-joint": "knee",
            "targets-0-structure": "",
            "targets-0-laterality": "left",
            "targets-1-joint": "",
        },
    )

    made = Episode.objects.get(patient=patient)
    assert patient.family_name in asked.content.decode()
    assert response["Location"] == reverse("staff:episode", args=[made.pk])
    assert str(made.targets.get()) == "left knee, intra articular"


def test_an_episode_without_a_target_is_not_opened_and_says_so(place):
    patient = patients.patient(place.clinic)
    client = browser(place.person("coordinator"))

    response = client.post(reverse("staff:episode_new"), {"patient": str(patient.pk)})

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: Open an episode" in page
    assert 'href="#id_targets-0-joint' in page
    assert not Episode.objects.exists()


def test_a_patient_with_an_open_episode_is_pointed_out(place):
    patient = patients.patient(place.clinic)
    make.episode(place, patient=patient)

    path = f"{reverse('staff:episode_new')}?patient={patient.pk}"

    assert "There is an open episode already" in read(place, "clinician", path)


def test_an_episode_is_never_opened_for_another_clinics_patient(place):
    stranger = patients.patient()
    client = browser(place.person("coordinator"))

    path = reverse("staff:episode_new")

    assert client.get(f"{path}?patient={stranger.pk}").status_code == 404
    assert client.post(path, {"patient": str(stranger.pk)}).status_code == 404
