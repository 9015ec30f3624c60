"""Scans as scanners send them: read whole, asked for again, or a mismatch."""

import pytest

from patients.models import Task
from procedures.models import HandOff, KitUse, ScanIncident
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.lock_order import watched
from tests.procedures.refusals import codes, journal_names

pytestmark = pytest.mark.django_db

GERMAN = str.maketrans("-zyZY", "ßyzYZ")
FRENCH = str.maketrans("1234567890-AQZWM", "&é\"'(-è_çà)QAWZ?")


@pytest.fixture
def day():
    return Day.ready().until("released")


def written(scan, day):
    return scan(day.mrn), scan(day.product("C").code)


@pytest.mark.parametrize(
    "scan",
    [
        lambda text: f"]C0{text}",
        lambda text: f"]d1{text.lower()}",
        lambda text: f"]Q3{text}\r\n",
        lambda text: f"]E0{text}]E0{text}",
        lambda text: text + text,
        lambda text: f"{text}\t{text}\n",
        lambda text: f"\u200b{text}\u202c",
        lambda text: text.swapcase(),
        lambda text: text.translate(GERMAN),
        lambda text: text.translate(FRENCH),
    ],
)
def test_the_right_labels_match_however_the_scanner_sends_them(day, scan):
    wristband, container = written(scan, day)

    make.done(
        day.hand_off("H6", "10:00", patient_scan=wristband, container_scan=container)
    )

    row = HandOff.objects.get(kind="H6")
    assert (row.patient_scan, row.container_scan) == (day.mrn, day.product("C").code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"patient_scan": "CP-00"}, "scan-unreadable"),
        ({"patient_scan": "?????"}, "scan-unreadable"),
        ({"container_scan": "BAYO01-20260915-001-C1"}, "scan-unreadable"),
        ({"container_scan": "01095200000000111728033110K"}, "scan-unreadable"),
    ],
)
def test_what_is_not_understood_is_scanned_again_and_no_mismatch(day, changes, code):
    assert codes(day.hand_off("H6", "10:00", **changes)) == [code]

    assert not ScanIncident.objects.exists()
    make.done(day.hand_off("H6", "10:01"))


def test_exchanged_fields_are_said_as_such_and_stop_nothing(day):
    refused = day.hand_off(
        "H6", "10:00", patient_scan=day.product("C").code, container_scan=day.mrn
    )

    assert codes(refused) == ["scan-exchanged"]
    assert "each other's field" in refused.reasons[0].text
    assert not ScanIncident.objects.exists()


def test_the_container_scanned_into_both_fields_is_said_as_such(day):
    refused = day.hand_off("H6", "10:00", patient_scan=day.product("C").code)

    assert codes(refused) == ["scan-exchanged"]
    assert "scan the wristband" in refused.reasons[0].text


def test_exchanged_fields_never_hide_a_mismatch(day):
    other = Day.ready(day.place).until("harvested")

    refused = day.hand_off(
        "H6", "10:00", patient_scan=other.product("A").code, container_scan=day.mrn
    )

    assert codes(refused) == ["product-mismatch"]
    assert ScanIncident.objects.filter(episode=day.episode).exists()


@pytest.fixture
def two():
    place = make.open_site()
    first = Day.ready(place).until("released")
    return first, Day.ready(place, centrifuge="CF-02").until("released")


@pytest.mark.parametrize("at", [0, 1])
def test_swapped_syringes_stop_both_patients_and_show_both_values(two, at):
    here, there = two[at], two[1 - at]
    theirs, ours = there.product("C").code, here.product("C").code

    with watched() as watch:
        refused = here.time_out("10:02", product_scan=theirs)

    assert watch.faults == []
    assert codes(refused) == ["product-mismatch"]
    assert theirs in refused.reasons[0].text
    assert ours in refused.reasons[0].text
    assert codes(here.time_out("10:03")) == ["scan-incident"]
    assert codes(there.time_out("10:03")) == ["scan-incident"]
    assert "episode.scan_mismatched" in journal_names(there)
    kept = {one.episode_id: one for one in ScanIncident.objects.all()}
    assert kept[here.episode.pk].expected_product == ours
    assert kept[there.episode.pk].expected_product == theirs
    assert {one.container_scan for one in kept.values()} == {theirs}
    assert Task.objects.filter(kind="scan-incident").count() == 2


def test_each_of_the_two_is_resolved_by_two_people_of_its_own(two):
    here, there = two
    here.time_out("10:02", product_scan=there.product("C").code)

    make.done(here.resolve("10:04"))

    make.done(here.time_out("10:05"))
    assert codes(there.time_out("10:05")) == ["scan-incident"]
    make.done(there.resolve("10:06"))
    make.done(there.time_out("10:07"))


def test_another_patients_wristband_stops_that_patient_too(two):
    here, there = two

    refused = here.hand_off("H6", "10:00", patient_scan=f"]C0{there.mrn}")

    assert codes(refused) == ["patient-mismatch"]
    assert codes(there.time_out("10:03")) == ["scan-incident"]


def bench():
    day = Day.ready().until("harvested")
    day.hand_off("H1", "09:34")
    day.hand_off("H2", "09:35")
    return day


LABEL = "01095200000000111728033110K26B-0001\x1d21S7001"
SAME_KIT = [
    LABEL.replace("\x1d", "|"),
    f"]d2{LABEL}",
    "(01)09520000000011(17)280331(10)K26B-0001(21)s7001",
    "https://id.example.org/01/09520000000011/10/K26B-0001/21/S7001?17=280331",
    # The same item in a box of several: another first digit and check digit.
    "(01)19520000000018(17)280331(10)K26B-0001(21)S7001",
]


@pytest.mark.parametrize("again", SAME_KIT)
def test_a_kit_is_used_once_in_whatever_form_it_is_read(again):
    make.done(bench().process(kit_udi=LABEL))

    assert codes(bench().process(kit_udi=again)) == ["kit-used"]


def test_a_lost_separator_is_refused_and_not_taken_for_another_lot():
    make.done(bench().process(kit_udi=LABEL))
    lost = bench()

    refused = lost.process(kit_udi=LABEL.replace("\x1d", ""))

    assert codes(refused) == ["kit-unreadable"]
    assert "Scan again, or type (01)" in refused.reasons[0].text
    assert KitUse.objects.count() == 1


TYPED = {
    "kit_udi": "",
    "kit_lot": "K26B-0001",
    "kit_serial": "S7001",
    "kit_expires_on": "2028-03-31",
}


def test_what_cannot_be_scanned_is_typed_by_two_people():
    day = bench()

    assert codes(day.process(kit_udi="+A99912345/$$52001510X33")) == ["kit-unreadable"]
    assert codes(day.process(**TYPED)) == ["second-person-missing"]
    make.done(day.process(**TYPED, second="nurse"))

    kit = KitUse.objects.get()
    assert (kit.gtin, kit.lot, kit.serial) == ("", "K26B-0001", "S7001")


def test_a_typed_kit_is_the_scanned_one():
    make.done(bench().process(kit_udi=LABEL))
    again = bench().process(**TYPED, second="nurse")
    other_way = bench()
    make.done(other_way.process(**{**TYPED, "kit_serial": "S9"}, second="nurse"))

    assert codes(again) == ["kit-used"]
    with_gtin = {**TYPED, "kit_serial": "s9", "kit_gtin": "9520000000011"}
    assert codes(bench().process(**with_gtin, second="nurse")) == ["kit-used"]
