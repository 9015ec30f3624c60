"""What must never happen, each refused with its reason (negative fixtures N2 to N19).

Those of booking, messages and candidacy are tested where they live.
"""

import pytest

from procedures.models import Injection, InstrumentResponse, ScanIncident
from tests.factories import procedures as make
from tests.factories.procedure_day import Day, kit
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db


def bench(place=None, **harvest):
    day = Day.ready(place).until("checked_in")
    make.done(day.time_out())
    make.done(day.harvest(**harvest))
    day.hand_off("H1", "09:34")
    day.hand_off("H2", "09:35")
    return day


def test_n2_another_patients_syringe_at_time_out_2():
    place = make.open_site()
    day, other = Day.ready(place).until("released"), Day.ready(place)
    other.until("harvested")

    refused = day.time_out("10:02", product_scan=other.product("A").code)

    assert codes(refused) == ["product-mismatch"]
    assert ScanIncident.objects.get(episode=day.episode).place == "H6"
    assert ScanIncident.objects.filter(episode=other.episode).exists()


def test_n3_the_same_patients_product_of_yesterday():
    place = make.open_site()
    yesterday = Day.ready(place, on="2026-09-14").until("harvested")
    day = Day.ready(place).until("released")

    refused = day.time_out("10:02", product_scan=yesterday.product("A").code)

    assert codes(refused) == ["product-mismatch", "product-other-day"]


@pytest.mark.parametrize(
    ("expiry", "code"),
    [
        ("260914", "kit-expired"),
        ("260800", "kit-expired"),
        ("260915", ""),
        ("260900", ""),
    ],
)
def test_n4_an_expired_kit(expiry, code):
    day = bench()

    outcome = day.process(kit_udi=f"(01)09520000000011(17){expiry}(10)K1(21)N4")

    assert (codes(outcome) == [code]) if code else make.done(outcome)


def test_n5_more_volume_than_there_is():
    day = Day.ready().until("released")
    make.done(day.time_out("10:02"))

    assert codes(day.inject(volume_ml="7.7")) == ["volume-exceeded"]


def test_n6_a_consent_for_the_other_side():
    day = Day.ready()
    left = [{"target": day.target, "laterality": "left"}]

    refused = make.act(
        day.place, day.episode, "consent", make.consent(day.place, targets=left)
    )

    assert codes(refused) == ["laterality"]


def test_n6_a_mark_or_injection_on_the_other_side():
    day = Day.ready().until("released")
    make.done(day.time_out("10:02"))

    assert codes(day.inject(laterality="left")) == ["laterality"]


def test_n10_six_answers_of_seven_have_no_score():
    make.evaluated(make.site(), prom_items=[2, 2, 1, 3, 2, 2])

    row = InstrumentResponse.objects.get(instrument__key="koos_jr")
    assert len(row.answers) == 6
    assert row.score is None


def test_n11_the_verifier_made_it():
    day = Day.ready().until("processed")

    refused = day.release(role="clinician", second="technician")

    assert codes(refused) == ["verifier-is-operator"]


def test_n11_nobody_verifies_for_themselves():
    day = Day.ready().until("processed")

    assert codes(day.release(second="technician")) == ["second-person-same"]


def test_n12_platelets_of_48_are_never_approved():
    place = make.site()
    path = make.evaluated(place, labs=[{"loinc": "777-3", "value": 48}])

    refused = make.act(place, path, "decide", make.decision())

    assert codes(refused) == ["HEM-01-LOW"]


def test_n13_four_hours_and_a_minute_after_the_first_aliquot():
    day = Day.ready().until("released")
    make.done(day.time_out("13:05"))

    late = day.inject("13:16", start_at=day.at("13:12"), end_at=day.at("13:16"))
    told = day.inject("13:16", start_at=day.at("13:11"), end_at=day.at("13:15"))

    assert codes(late) == ["product-expired"]
    assert codes(told) == ["stop-open"]


def test_n13_four_hours_after_the_first_aliquot():
    day = Day.ready().until("released")
    make.done(day.time_out("13:05"))

    in_time = day.inject("13:15", start_at=day.at("13:11"), end_at=day.at("13:15"))

    make.done(in_time)


def test_n14_the_same_kit_twice():
    used = kit()
    make.done(bench().process(kit_udi=used))

    assert codes(bench().process(kit_udi=used)) == ["kit-used"]


def test_n15_a_time_out_sixteen_minutes_old():
    day = Day.ready().until("released")
    make.done(day.time_out("10:02"))

    refused = day.inject("10:25", start_at=day.at("10:18"), end_at=day.at("10:22"))

    assert codes(refused) == ["time-out-expired"]
    assert not Injection.objects.exists()


def test_n17_heparin_for_a_patient_with_hit():
    day = Day.ready()
    allergic = make.evaluation(allergies=["heparin"])
    now = make.at("2026-09-02", "10:00")
    make.done(make.act(day.place, day.episode, "evaluate", allergic, now=now))
    day.episode.refresh_from_db()
    day.until("checked_in")
    make.done(day.time_out())

    refused = day.harvest(anticoagulant="heparin_sodium", heparin_units_per_ml=1000)

    assert codes(refused) == ["ALL-01"]
    make.done(day.harvest())


@pytest.mark.parametrize(
    "answer",
    [
        {"additives": ["enzyme"]},
        {"additives": ["saline", "exosome"]},
        {"manipulations": ["centrifugation", "enzymatic_digestion"]},
    ],
)
def test_n18_an_enzyme_holds_the_product(answer):
    day = bench()
    make.done(day.process(**answer))

    assert codes(day.release()) == ["regulatory-hold"]
    assert day.episode.stage == "processed"


def test_n19_a_woman_of_thirty_needs_a_test():
    day = Day.ready()
    who = day.episode.patient
    who.biological_sex = "female"
    who.birth_date = "1996-01-01"
    who.version += 1
    who.save()

    refused = day.check_in(pregnancy_test="not_applicable")

    assert codes(refused) == ["pregnancy-test-missing"]
    make.done(day.check_in(pregnancy_test="negative"))


@pytest.mark.parametrize(
    ("sex", "born"), [("male", "1996-01-01"), ("female", "1966-01-01")]
)
def test_n19_a_man_or_a_woman_past_it_needs_none(sex, born):
    day = Day.ready()
    who = day.episode.patient
    who.biological_sex, who.birth_date = sex, born
    who.version += 1
    who.save()

    make.done(day.check_in(pregnancy_test="not_applicable"))
