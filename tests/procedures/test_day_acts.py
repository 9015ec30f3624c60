"""Harvest, processing, release, injection and discharge: what each refuses."""

from decimal import Decimal

import pytest

from procedures.episodes.day_figures import run_day
from procedures.models import Harvest, Injection, Processing, Product, Release
from scheduling.models import Appointment
from tests.factories import procedures as make
from tests.factories.procedure_day import CALM, Day, kit
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db


def test_the_aspirate_is_the_sum_of_its_draws():
    day = Day.ready().until("checked_in")
    day.time_out()

    day.harvest(aliquots_ml=[10, 10, "4.5"])

    row = Harvest.objects.get()
    assert row.total_aspirate_ml == Decimal("24.5")
    assert [a.volume_ml for a in row.aliquots.all()] == [10, 10, Decimal("4.5")]
    assert row.first_aliquot_at == day.at("09:15")


def test_a_harvest_beyond_its_limits_is_refused():
    day = Day.ready().until("checked_in")
    day.time_out()
    too_much = {"agent": "lidocaine", "percent": 2, "volume_ml": 16}
    wrong = [
        ({"site": "anterior_iliac_crest"}, "consent-scope"),
        ({"sedation": "level_1"}, "consent-scope"),
        ({"aliquots_ml": [60] * 6}, "aspirate-too-much"),
        ({"aliquots_ml": [4]}, "aspirate-too-little"),
        ({"needle_expires_on": "2026-09-14"}, "supply-expired"),
        ({"anticoagulant_expires_on": "2026-09-14"}, "supply-expired"),
        ({"anaesthetics": [too_much]}, "anaesthetic-too-much"),
    ]
    for answer, code in wrong:
        assert codes(day.harvest(**answer)) == [code], answer


def test_a_harvest_may_not_end_in_the_future():
    day = Day.ready().until("checked_in")
    day.time_out()

    assert codes(day.harvest(now="09:20")) == ["in-the-future"]


def test_a_needle_may_be_used_on_its_last_day():
    day = Day.ready().until("checked_in")
    day.time_out()

    day.harvest(needle_expires_on=day.on)

    assert day.episode.stage == "harvested"


def bench():
    day = Day.ready().until("harvested")
    day.hand_off("H1", "09:34")
    day.hand_off("H2", "09:35")
    return day


def test_a_processing_that_does_not_add_up_is_refused():
    day = bench()
    wrong = [
        ({"input_ml": 70}, "volume-input"),
        ({"ppp_ml": 22}, "volume-output"),
        ({"qc_retained_ml": 8}, "volume-exceeded"),
        ({"kit_udi": "hello"}, "kit-unreadable"),
    ]
    for answer, code in wrong:
        assert codes(day.process(**answer)) == [code], answer


def test_processing_starts_after_the_harvest():
    day = bench()

    assert codes(day.process(start_at=day.at("09:32"))) == ["time-order"]


def test_one_centrifuge_holds_one_patients_product():
    place = make.open_site()
    first = Day.ready(place)
    other = Day.ready(place)
    for day in (first, other):
        day.until("harvested")
        day.hand_off("H1", "09:34")
        day.hand_off("H2", "09:35")
    make.done(first.process())

    assert codes(other.process()) == ["centrifuge-busy"]
    make.done(other.process(centrifuge="CF-02"))


def test_the_limit_of_the_product_counts_from_the_first_aliquot():
    day = Day.ready().until("released")

    assert Release.objects.get().expires_at == day.at("13:15")


def test_a_clot_needs_a_physicians_note():
    day = bench()
    day.process(clots=True)

    assert codes(day.release()) == ["physician-note-missing"]
    note = "Filtered again at 40 micrometres; no clot left."
    assert codes(day.release(physician_note=note)) == ["physician-missing"]
    make.done(day.release(physician_note=note, second="clinician"))


def test_low_viability_needs_a_physicians_note():
    day = bench()
    day.process(viability_pct=69)

    assert codes(day.release()) == ["physician-note-missing"]


def test_a_release_reads_the_concentrates_own_label():
    day = Day.ready().until("processed")

    refused = day.release(product_scan=day.product("A").code)

    assert codes(refused) == ["product-mismatch"]


def test_an_unsafe_injection_is_refused():
    day = Day.ready().until("released")
    day.time_out("10:02")
    nowhere = "00000000-0000-0000-0000-000000000000"
    wrong = [
        ({"laterality": "left"}, "laterality"),
        ({"target": nowhere}, "target-unknown"),
        ({"volume_ml": "7.2"}, "volume-exceeded"),
        ({"role": "medical_director"}, "proceduralist"),
        ({"effusion_aspirated_ml": 20, "effusion_appearance": "cloudy"}, "INF-01"),
    ]
    for answer, code in wrong:
        assert codes(day.inject(**answer)) == [code], answer
    assert not Injection.objects.exists()


def test_an_injection_needs_image_guidance():
    from procedures.fields.schema import InvalidData

    day = Day.ready().until("released")
    day.time_out("10:02")

    with pytest.raises(InvalidData) as wrong:
        day.inject(guidance="")

    assert [error.pointer for error in wrong.value.errors] == ["/guidance"]


def test_a_second_target_ends_the_injecting():
    place = make.open_site()
    day = two_targets(place)
    day.until("released")
    day.time_out("10:02")
    first, second = (str(pk) for pk in day.episode.targets.values_list("pk", flat=True))

    make.done(day.inject(target=first, volume_ml=4))
    assert day.episode.stage == "released"
    assert codes(day.inject(target=first, volume_ml=3)) == ["target-injected"]
    make.done(
        day.inject(
            "10:14",
            target=second,
            volume_ml=3,
            start_at=day.at("10:11"),
            end_at=day.at("10:14"),
        )
    )

    assert day.episode.stage == "injected"
    assert run_day(day.episode).injected_ml == Decimal(7)
    assert day.episode.follow_ups.count() == 8


def two_targets(place):
    cartilage = {**make.KNEE, "structure": "patellofemoral"}
    path = make.episode(place, make.KNEE, cartilage)
    finding = {"icd10": "M17.11", "grade_kl": 3}
    answers = make.evaluation(findings=[finding, finding])
    make.done(make.act(place, path, "evaluate", answers))
    path = make.done(make.act(place, path, "decide", make.decision()))
    appointment = make.book(place, path, make.at("2026-09-15"))
    assert isinstance(appointment, Appointment)
    sides = [{"laterality": "right"}, {"laterality": "right"}]
    make.done(make.act(place, path, "consent", make.consent(place, targets=sides)))
    for item in ("medication_plan", "estimate", "labs"):
        done = {"item": item, "state": "done"}
        path = make.done(make.act(place, path, "prepare", done, role="nurse"))
    path.refresh_from_db()
    return TwoTargets(place, path)


class TwoTargets(Day):
    def time_out(self, now="09:12", **changes):
        if self.episode.stage == "checked_in":
            changes["site_marks"] = [
                {
                    "target": str(pk),
                    "laterality": "right",
                    "marked_at": self.at("08:58"),
                }
                for pk in self.episode.targets.values_list("pk", flat=True)
            ]
        return super().time_out(now, **changes)

    @property
    def target(self):
        return ""


def test_a_discharge_too_early_or_incomplete_is_refused():
    day = Day.ready().until("injected")
    wrong = [
        ({"now": "10:23"}, "stay-too-short"),
        ({"walked": False}, "discharge-no"),
        ({"discarded_ml": 1}, "volume-open"),
    ]
    for changes, code in wrong:
        assert code in codes(day.discharge(**changes)), changes


def test_the_last_vital_signs_must_be_good_enough_to_go():
    day = Day.ready().until("injected")
    vitals = [
        {"taken_at": day.at("10:25"), **CALM},
        {"taken_at": day.at("10:40"), **CALM, "temperature_c": "38.1"},
    ]

    assert codes(day.discharge(vitals=vitals)) == ["vitals.fever"]


def test_the_recoverys_vital_signs_are_taken_in_the_recovery():
    day = Day.ready().until("injected")
    vitals = [
        {"taken_at": day.at("10:00"), **CALM},
        {"taken_at": day.at("10:40"), **CALM},
    ]

    assert codes(day.discharge(vitals=vitals)) == ["time-order"]


def test_the_discharge_closes_the_visit():
    Day.ready().until("discharged")

    assert Appointment.objects.get().status == "fulfilled"


def test_an_abort_discards_what_is_left():
    day = Day.ready().until("processed")

    make.done(
        make.act(
            day.place,
            day.episode,
            "abort",
            {"reason": "device_failure"},
            now=day.at("10:00"),
        )
    )

    figures = run_day(day.episode)
    assert figures.discarded_ml == Decimal(7)
    assert figures.used_ml == Processing.objects.get().bmc_ml


def test_an_abort_before_processing_discards_the_aspirate():
    day = Day.ready().until("harvested")

    make.done(
        make.act(
            day.place,
            day.episode,
            "abort",
            {"reason": "contamination"},
            now=day.at("09:40"),
        )
    )

    row = day.episode.dispositions.get()
    assert (row.product.kind, row.volume_ml) == ("A", 60)


def test_a_kit_without_a_serial_warns_when_its_lot_was_used():
    lot_only = "(01)09520000000011(17)280331(10)K25J-0412"
    make.done(bench().process(kit_udi=lot_only))
    again = bench()

    assert codes(again.process(kit_udi=lot_only)) == ["kit-lot-used"]
    make.done(again.process(kit_udi=lot_only, second="nurse"))


def test_the_kit_of_another_lot_is_no_concern():
    make.done(bench().process(kit_udi=kit()))

    assert Product.objects.filter(kind="C").count() == 1


def test_an_adverse_event_keeps_grade_and_seriousness_apart():
    from patients.models import Task

    day = Day.ready().until("checked_in")
    answers = {
        "term": "presyncope",
        "grade": 2,
        "onset_at": day.at("08:50"),
        "place": "systemic",
        "serious_because": ["hospitalisation"],
        "relatedness": "possible",
        "expected": True,
    }

    refused = day.act("adverse_event", {**answers, "grade": 3}, "08:55", "nurse")
    make.done(day.act("adverse_event", answers, "08:55", "nurse"))

    assert codes(refused) == ["grade-not-allowed"]
    assert day.episode.adverseevents.get().grade == 2
    assert Task.objects.get(kind="adverse-event").owner_role == "medical_director"
