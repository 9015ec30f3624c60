"""The reading of an answer, over REST, before anybody signs."""

import pytest
from django.test import Client

from core import clock
from procedures.models import HandOff
from tests.factories import clinics
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.pages.episode_forms import FormDay
from tests.procedures.refusals import journal_names

pytestmark = pytest.mark.django_db

KIT = "01095200000000111728033110K26B-0001\x1d21S7001"


@pytest.fixture
def ask():
    clock.set_to(NOW)
    key = clinics.api_key(make.site().person("technician"))
    client = Client(headers={"Authorization": f"Bearer {key}"})

    def asked(act, field, answers):
        body = {"act": act, "field": field, "answers": answers}
        return client.post("/api/v1/understood/", body, content_type="application/json")

    return asked


@pytest.mark.parametrize(
    ("act", "field", "answers", "text"),
    [
        ("process", "kit_udi", {"kit_udi": KIT}, "lot K26B-0001, serial S7001"),
        ("evaluate", "weight_kg", {"weight_kg": "110"}, "110 kg is 242.5 lb"),
        (
            "evaluate",
            "weight_kg",
            {"weight_kg": "110", "height_cm": "170"},
            "110 kg is 242.5 lb; with 170 cm a BMI of 38.1",
        ),
        ("evaluate", "weight_kg", {"weight_kg": "172 lb"}, "78.0 kg is 172.0 lb"),
        (
            "evaluate",
            "height_cm",
            {"weight_kg": "172 lb", "height_cm": "5 ft 7 in"},
            "78.0 kg is 172.0 lb; with 170.2 cm a BMI of 26.9",
        ),
        ("check-in", "temperature_c", {"temperature_c": "100.4 °F"}, "38.0 °C"),
        ("evaluate", "value", {"value": "95 g/L", "loinc": "718-7"}, "9.50 g/dL"),
        (
            "harvest",
            "aliquots_ml",
            {"aliquots_ml": "9,5 10 10,5 10 10 10"},
            "= 60.0 mL",
        ),
        ("evaluate", "icd10", {"icd10": "m25561"}, "M25.561: right, knee"),
    ],
)
def test_an_answer_is_told_back(ask, act, field, answers, text):
    response = ask(act, field, answers)

    assert response.status_code == 200
    assert response.json()["understood"] is True
    assert text in response.json()["text"]


def test_a_kit_is_told_in_its_parts(ask):
    assert ask("process", "kit_udi", {"kit_udi": KIT}).json()["kit"] == {
        "gtin": "09520000000011",
        "lot": "K26B-0001",
        "serial": "S7001",
        "expires_on": "2028-03-31",
    }


def test_what_is_not_understood_says_what_to_do(ask):
    told = ask("process", "kit_udi", {"kit_udi": KIT.replace("\x1d", "")}).json()

    assert (told["understood"], told["kit"]) == (False, None)
    assert "type (01)" in told["text"]


def test_a_unit_nobody_asked_for_says_which_are(ask):
    told = ask("evaluate", "weight_kg", {"weight_kg": "12 st"}).json()

    assert told["understood"] is False
    assert told["text"] == (
        '"12 st": this is asked for in kg; write the number alone or with lb behind it'
    )


@pytest.mark.parametrize(("act", "field"), [("fly", "x"), ("process", "x")])
def test_what_no_act_asks_is_refused(ask, act, field):
    assert ask(act, field, {}).status_code == 400


def test_half_a_scan_is_a_form_not_finished_and_leaves_no_trace():
    day = FormDay.ready().until("harvested")

    response = day.act(
        "hand_off", {"kind": "H1", "patient_scan": day.mrn}, "09:34", "technician"
    )

    assert response.status_code == 422
    assert "Scan this label, too." in response.content.decode()
    assert "episode.act_refused" not in journal_names(day)
    assert not HandOff.objects.filter(kind="H1").exists()
