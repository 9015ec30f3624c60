"""The pages of the acts: who gets them, what they say, what a form does."""

import re
from datetime import UTC, timedelta

import pytest
from django.urls import reverse

from clinics.domain import policy
from core import clock
from core.models import JournalEntry
from procedures.acts.registry import SCHEMAS
from procedures.models import Episode, Evaluation
from tests.clinics.conftest import browser
from tests.factories import clinics as people
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedure_day import CALM, Day
from tests.pages.episode_forms import FormDay, address, send, typed

pytestmark = pytest.mark.django_db

# Where an act is possible: before the day, or the stage of the day.
BEFORE = {
    "evaluate": make.episode,
    "decide": make.evaluated,
    "override": make.evaluated,
    "consent": make.approved,
    "prepare": make.approved,
    "withdraw": make.evaluated,
    "correct": make.evaluated,
    "enter_in_error": make.evaluated,
    "adverse_event": make.evaluated,
    "lift_stop": make.evaluated,
}
ON_THE_DAY = {
    "check_in": "ready",
    "time_out": "checked_in",
    "harvest": "checked_in",
    "abort": "checked_in",
    "not_done": "checked_in",
    "hand_off": "harvested",
    "process": "harvested",
    "release": "processed",
    "inject": "released",
    "discharge": "injected",
    "respond": "discharged",
    "complete": "discharged",
}
OTHERS = ("clinician", "nurse", "technician", "coordinator", "medical_director")


def where_possible(act):
    """A clinic with an episode at which `act` is the matter at hand."""
    if act in BEFORE:
        clock.set_to(NOW)
        place = make.site()
        return place, BEFORE[act](place)
    day = Day.ready().until(ON_THE_DAY[act])
    clock.set_to(day.at("10:50").astimezone(UTC))
    return day.place, day.episode


def role_that(act, *, may):
    return next(r for r in OTHERS if policy.may(r, f"episode.{act}").allowed is may)


@pytest.mark.parametrize("act", SCHEMAS)
def test_the_page_of_every_act_opens_for_its_role_and_changes_nothing(act):
    place, episode = where_possible(act)
    client = browser(place.person(role_that(act, may=True)))
    version = Episode.objects.get(pk=episode.pk).version
    before = JournalEntry.objects.count()

    response = client.get(address(episode, act))

    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("<h1") == 1
    assert "Not possible while" not in page
    assert JournalEntry.objects.count() == before
    assert Episode.objects.get(pk=episode.pk).version == version
    # These ask for a record first; without a stop there is nothing to lift.
    if act not in ("correct", "enter_in_error", "lift_stop"):
        assert 'method="post" novalidate' in page
        assert ("signature_password" in page) is bool(SCHEMAS[act].signature)


@pytest.mark.parametrize("act", SCHEMAS)
def test_a_role_that_may_not_gets_a_403_on_both_ways_in(act):
    clock.set_to(NOW)
    place = make.site()
    episode = make.episode(place)
    client = browser(place.person("admin"))

    assert client.get(address(episode, act)).status_code == 403
    assert client.post(address(episode, act), {"version": 1}).status_code == 403
    assert Episode.objects.get().version == 1


def test_an_act_nobody_knows_is_no_page():
    place = make.site()
    episode = make.episode(place)
    path = reverse("staff:episode", args=[episode.pk])

    response = browser(place.person("clinician")).get(f"{path}cure/")

    assert response.status_code == 404


def test_another_clinics_episode_does_not_exist_here():
    episode = make.episode(make.site())
    stranger = browser(people.membership("clinician"))

    assert stranger.get(address(episode, "evaluate")).status_code == 404
    assert stranger.get(reverse("staff:episode", args=[episode.pk])).status_code == 404


def test_from_the_consultation_to_the_decision_by_forms():
    clock.set_to(NOW)
    place = make.site()
    episode = make.episode(place)

    seen = send(place, episode, "evaluate", make.evaluation())
    decided = send(place, episode, "decide", make.decision())

    episode.refresh_from_db()
    assert (seen.status_code, decided.status_code) == (303, 303)
    assert decided["Location"] == reverse("staff:episode", args=[episode.pk])
    assert episode.stage == "approved"
    assert Evaluation.objects.get().target_findings.get().icd10 == ["M17.11"]
    signature = Evaluation.objects.get().signature
    assert signature.meaning == "These are my findings."
    assert signature.method == "password"


def test_from_check_in_to_discharge_by_forms():
    day = FormDay.ready()

    day.until("discharged")

    assert day.episode.injections.get().volume_ml == 7
    assert day.episode.harvests.get().aliquots.count() == 12
    assert day.episode.follow_ups.count() == 8


def test_two_targets_are_found_row_by_row():
    clock.set_to(NOW)
    place = make.site()
    left = make.KNEE | {"laterality": "left"}
    episode = make.episode(place, make.KNEE, left)
    form = browser(place.person("clinician")).get(address(episode, "evaluate"))
    page = form.content.decode()
    rows = [{"icd10": "M17.11", "grade_kl": 3}, {"icd10": "M17.12", "grade_kl": 2}]
    targets = {k: v for k, v in typed(page).items() if k.endswith("-target")}

    response = send(
        place, episode, "evaluate", make.evaluation() | {"findings": rows}, **targets
    )

    assert "Right knee, intra articular" in page
    assert "Left knee, intra articular" in page
    assert response.status_code == 303
    found = Evaluation.objects.get().target_findings.order_by("target__position")
    sides = [(one.target.laterality, one.icd10) for one in found]
    assert sides == [("right", ["M17.11"]), ("left", ["M17.12"])]


def test_a_planned_contact_is_answered_by_form():
    day = Day.ready().until("discharged")
    later = day.at("12:00") + timedelta(days=1)
    clock.set_to(later.astimezone(UTC))
    answers = {"follow_up": "D1", "nrs": 3, "swelling": "mild", "bears_weight": True}

    response = send(day.place, day.episode, "respond", answers, role="nurse")

    assert response.status_code == 303
    assert day.episode.follow_ups.get(code="D1").state == "answered"


def test_a_questionnaire_is_asked_item_by_item_and_scored():
    day = Day.ready().until("discharged")
    asking = day.episode.follow_ups.filter(asks__contains=["prom"]).first()
    clock.set_to(
        (day.at("12:00") + (asking.target_on - day.at("12:00").date())).astimezone(UTC)
    )
    client = browser(day.place.person("nurse"))
    form = f"{address(day.episode, 'respond')}?follow_up={asking.code}"
    names = set(
        re.findall(
            r'name="(instruments-koos_jr-[a-z_]+)"', client.get(form).content.decode()
        )
    )

    items = dict.fromkeys(names, "1")
    response = send(
        day.place,
        day.episode,
        "respond",
        {"follow_up": asking.code, "nrs": 2},
        role="nurse",
        **items,
    )

    assert len(names) == 7
    assert response.status_code == 303
    kept = day.episode.instrumentresponses.get(
        occasion=asking.code, instrument__key="koos_jr"
    )
    assert kept.raw_score == 7


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost():
    clock.set_to(NOW)
    place = make.site()
    episode = make.episode(place)
    wrong = make.evaluation(height_cm=20, weight_kg="", finding={"icd10": "M17.12"})

    response = send(place, episode, "evaluate", wrong)

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: Evaluation" in page
    assert "Must be at least 120 cm." in page
    assert re.search(r'<input[^>]*name="height_cm"[^>]*aria-invalid="true"', page)
    assert re.search(
        r'<input[^>]*value="M17.12"[^>]*name="findings-0-icd10"|'
        r'<input[^>]*name="findings-0-icd10"[^>]*value="M17.12"',
        page,
    )
    assert 'href="#id_weight_kg"' in page
    assert people.PASSWORD not in page
    assert Evaluation.objects.count() == 0


def test_what_only_the_service_knows_is_said_at_its_field_too():
    clock.set_to(NOW)
    place = make.site()
    episode = make.episode(place)

    response = send(
        place, episode, "evaluate", make.evaluation(finding={"icd10": "M17.12"})
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "M17.12 is not right" in page
    assert 'href="#id_findings-0-icd10"' in page


def test_a_refusal_is_on_record_and_shows_what_lifts_it_with_the_answers_kept():
    clock.set_to(NOW)
    place = make.site()
    episode = make.evaluated(place, active_infection=True, infection_site="skin")

    response = send(place, episode, "decide", make.decision())

    page = response.content.decode()
    assert response.status_code == 409
    assert "Refused, and on record" in page
    assert "INF-01" in page
    assert "What lifts it" in page
    assert "Moderate damage, conservative care exhausted." in page
    assert JournalEntry.objects.filter(name="episode.act_refused").count() == 1


def test_an_unusual_value_is_asked_once_more_before_it_is_signed():
    clock.set_to(NOW)
    place = make.site()
    episode = make.episode(place)
    unusual = make.evaluation(symptom_months=1)

    asked = send(place, episode, "evaluate", unusual)
    page = asked.content.decode()
    mark = re.search(r'name="acknowledged" value="([0-9a-f]+)"', page)
    accepted = send(place, episode, "evaluate", unusual, acknowledged=mark[1])

    assert asked.status_code == 422
    assert "Unusual, but possible" in page
    assert "Symptoms for: usually at least 3 months" in page
    assert accepted.status_code == 303


def test_an_act_is_not_signed_without_the_signers_password():
    clock.set_to(NOW)
    place = make.site()
    episode = make.episode(place)

    without = send(place, episode, "evaluate", make.evaluation(), signature_password="")
    wrong = send(
        place, episode, "evaluate", make.evaluation(), signature_password="guess"
    )

    assert "Sign with your password." in without.content.decode()
    assert 'id="id_signature_password_error"' in wrong.content.decode()
    assert (without.status_code, wrong.status_code) == (422, 422)
    assert Evaluation.objects.count() == 0


def test_a_time_out_needs_somebody_else_and_their_own_password():
    day = FormDay.ready().until("checked_in")

    alone = day.time_out(second="")
    same = day.time_out(second="clinician")

    assert alone.status_code == 422
    assert "A second person gives" in alone.content.decode()
    assert same.status_code == 422
    assert "must be somebody else" in same.content.decode()
    assert day.episode.timeouts.count() == 0


def test_a_page_that_is_out_of_date_keeps_what_was_typed():
    clock.set_to(NOW)
    place = make.site()
    episode = make.evaluated(place)

    response = send(place, episode, "decide", make.decision(), version=1)

    page = response.content.decode()
    assert response.status_code == 409
    assert "changed meanwhile" in page
    assert "Moderate damage" in page
    assert episode.decisions.count() == 0


def test_the_same_form_sent_twice_acts_once():
    clock.set_to(NOW)
    place = make.site()
    episode = make.episode(place)
    key = "4d8f0d3c-33a4-4a3b-9d5a-000000000001"

    sent = [
        send(
            place,
            episode,
            "evaluate",
            make.evaluation(),
            idempotency_key=key,
            version=1,
        )
        for _ in range(2)
    ]

    assert [one.status_code for one in sent] == [303, 303]
    assert Evaluation.objects.count() == 1


def test_what_is_entered_late_keeps_its_time():
    day = Day.ready()
    clock.set_to(day.at("09:30").astimezone(UTC))
    answers = {
        "identifiers": ["name", "birth_date"],
        "infection_signs": False,
        "pregnancy_test": "negative",
        "pregnancy_test_at": day.at("08:20"),
        **CALM,
    }

    response = send(
        day.place,
        day.episode,
        "check_in",
        answers,
        role="nurse",
        occurred_at="2026-09-15T08:40",
        late_reason="The network was down.",
    )

    page = browser(day.place.person("nurse")).get(response["Location"])
    assert day.episode.checkins.get().occurred_at == day.at("08:40")
    shown = page.content.decode()
    assert "entered late, at 9:30 AM" in shown
    assert "Entered late: The network was down." in shown


def test_a_correction_starts_from_the_record_and_strikes_the_old_value_through():
    clock.set_to(NOW)
    place = make.site()
    episode = make.evaluated(place)
    client = browser(place.person("clinician"))
    choose = client.get(address(episode, "correct")).content.decode()
    query = re.search(r'href="(\?record=evaluation[^"]+)"', choose)[1]
    form = client.get(address(episode, "correct") + query.replace("&amp;", "&"))
    row = Evaluation.objects.get()

    response = client.post(
        address(episode, "correct"),
        {
            **typed(form.content.decode()),
            "weight_kg": "81",
            "reason": "The scales were read wrongly.",
            "signature_password": people.PASSWORD,
        },
    )

    page = client.get(response["Location"]).content.decode()
    assert response.status_code == 303, response.content.decode()
    assert Evaluation.objects.get(superseded_at=None).corrects == row
    assert re.search(r"<del>.*78 kg</del>\s*<ins>.*81 kg</ins>", page)
    assert "The scales were read wrongly." in page


def labels(page):
    """The text of each label and legend of the form, without the tags in it."""
    found = re.findall(
        r'<(?:label|legend) class="field__label".*?>(.*?)</(?:label|legend)>',
        page,
        re.DOTALL,
    )
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


@pytest.mark.parametrize(
    ("act", "label"),
    [
        ("decide", "Conditions (if approved with conditions)"),
        ("evaluate", "Pain now (if approval is to follow)"),
        ("consent", "Reason (if taken back)"),
        ("prepare", "Reason (if waived)"),
        ("complete", "Reason (if not completed)"),
        ("check_in", "Pregnancy test at (if tested)"),
        ("check_in", "Driver (any sedation)"),
        ("discharge", "Escort (if sedated)"),
        ("hand_off", "Wristband (if a container changes hands)"),
        ("process", "Kit barcode (if it can be read)"),
        ("not_done", "Note (if another reason)"),
    ],
)
def test_what_is_asked_for_in_some_cases_says_in_which(act, label):
    place, episode = where_possible(act)
    client = browser(place.person(role_that(act, may=True)))

    page = client.get(address(episode, act)).content.decode()

    assert label in labels(page)
    assert f"{label} (optional)" not in labels(page)


def test_pounds_feet_and_inches_are_read_by_the_form_and_kept_in_sight():
    clock.set_to(NOW)
    place = make.site()
    episode = make.episode(place)
    body = {"height_cm": "5 ft 7 in", "weight_kg": "172 lb"}

    page = send(place, episode, "evaluate", make.evaluation(**body), second="")
    wrong = make.evaluation(**body | {"weight_kg": "12 st"})
    refused = send(place, make.episode(place), "evaluate", wrong)

    assert page.status_code == 303
    row = Evaluation.objects.get()
    assert (str(row.height_cm), str(row.weight_kg)) == ("170.2", "78.0")
    assert refused.status_code == 422
    shown = refused.content.decode()
    assert "this is asked for in kg" in shown
    assert 'value="12 st"' in shown


def test_every_number_of_several_units_tells_what_was_understood():
    place, episode = where_possible("evaluate")
    client = browser(place.person("clinician"))

    page = client.get(address(episode, "evaluate")).content.decode()

    for name in ("height_cm", "weight_kg", "temperature_c", "labs-0-value"):
        assert f'id="id_{name}_understood"' in page


def test_what_was_understood_is_asked_by_the_name_of_the_rest_interface():
    place, episode = where_possible("check_in")
    client = browser(place.person("nurse"))

    page = client.get(address(episode, "check_in")).content.decode()

    assert 'data-echo="temperature_c" data-act="check-in"' in page
