"""A whole day from arrival to discharge, and what it adds up to."""

from decimal import Decimal

import pytest

from procedures.episodes.day_figures import run_day
from procedures.models import CheckIn, HandOff
from procedures.products.selectors import label
from tests.factories.procedure_day import Day

pytestmark = pytest.mark.django_db


def test_the_day_runs_from_check_in_to_discharge():
    day = Day.ready()

    day.until("discharged")

    assert day.episode.stage == "discharged"
    assert list(HandOff.objects.order_by("occurred_at").values_list("kind")) == [
        ("H1",),
        ("H2",),
        ("H6",),
        ("H7",),
    ]


def test_the_day_has_the_figures_of_the_reference_case():
    figures = run_day(Day.ready().until("discharged").episode)

    assert figures.clinic_minutes == 135
    assert figures.procedure_minutes == 57
    assert figures.minutes_since_harvest == 32
    assert figures.tnc_total_e6 == Decimal(690)
    assert figures.anaesthetic_fraction == Decimal("0.35")


def test_every_millilitre_of_the_day_is_accounted_for():
    figures = run_day(Day.ready().until("discharged").episode)

    assert figures.aspirate_ml == Decimal(60)
    assert figures.input_ml == Decimal(68)
    assert figures.bmc_ml == Decimal("7.5")
    assert figures.injected_ml == Decimal(7)
    assert figures.qc_retained_ml == Decimal("0.5")
    assert figures.used_ml == figures.bmc_ml


def test_the_arrival_is_what_the_front_desk_noted():
    day = Day.ready().until("checked_in")

    assert CheckIn.objects.get().arrived_at == day.at("08:30")


def test_the_label_names_the_patient_and_the_expiry():
    day = Day.ready().until("released")

    shown = label(day.product("C"))

    assert shown.mrn == day.mrn
    assert shown.volume_ml == Decimal("7.5")
    assert shown.expires_at == day.at("13:15")
    assert "FOR AUTOLOGOUS USE ONLY" in shown.statements
