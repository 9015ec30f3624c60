"""One reader for numbers: what is understood, what is refused, and never half."""

import random
from decimal import Decimal

import pytest

from procedures.fields import numbers
from procedures.fields.numbers import BadNumber
from procedures.fields.ranges import LABS, RANGES

# The ways of laboratories and devices to write one unit.
THOUSANDS = (
    " 10*3/uL| ×10³/µL|×10³/µL| K/µL| k/uL|K/uL| 10^3/uL| x10^3/uL| x 10³/μL| 10e3/uL"
    "| 10³/µL| 10³/mm³| thou/uL| 10*9/L"
)


def refused(raw, unit="mL", others=()):
    with pytest.raises(BadNumber) as caught:
        numbers.read(raw, unit, others)
    return str(caught.value)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("9,5", "9.5"),
        ("9.5", "9.5"),
        ("0,123", "0.123"),
        (",5", "0.5"),
        (".5", "0.5"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1'234", "1234"),
        ("1’234,5", "1234.5"),
        ("1\u2009234", "1234"),
        ("1\u202f234,5", "1234.5"),
        ("+5", "5"),
        ("\u22125", "-5"),
        ("\u0663\u066b\u0665", "3.5"),
        ("\uff15", "5"),
        ("\u200b12\u200f", "12"),
        ("5 mL", "5"),
        ("5ml", "5"),
        (5, "5"),
        (0.1, "0.1"),
        (Decimal("7.50"), "7.50"),
    ],
)
def test_what_can_mean_one_number_only_is_read(raw, value):
    assert numbers.read(raw, "mL") == Decimal(value)


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "1,234",
            "12,345",
            "1 234",
            "1,23,456",
            "1.2.3",
            "5,",
            "5.",
            "½",
            "5½",
            "5e1",
        ),
        *(
            "0x10",
            "1_000",
            "NaN",
            "Infinity",
            "--5",
            "5-",
            "",
            "five",
            "5 6",
            "1,2.3,4",
        ),
        *(True, None, [5], float("nan"), float("inf")),
    ],
)
def test_what_is_no_number_or_could_be_two_is_refused_with_the_unit(raw):
    assert "mL" in refused(raw)


@pytest.mark.parametrize(
    ("raw", "unit", "value"),
    [
        *((f"150{said}", "10*3/uL", "150") for said in THOUSANDS.split("|")),
        *((f"150{said}", "10³/µL", "150") for said in THOUSANDS.split("|")),
        *((f"7{said}", "10⁶/mL", "7") for said in (" 10*6/mL", " x10^6/ml", "×10⁶/mL")),
        *((f"5{said}", "mL", "5") for said in (" cc", "cc", " cm³", " mL", " ML.")),
        ("9,5 mL", "mL", "9.5"),
        ("9,5cc", "mL", "9.5"),
        ("7/10", "of 10", "7"),
        ("72 bpm", "/min", "72"),
        ("500 x g", "×g", "500"),
        ("1.1 mg/dl", "mg/dL", "1.1"),
        ("20 mm/hr", "mm/h", "20"),
    ],
)
def test_a_value_with_its_unit_is_read_however_it_is_written(raw, unit, value):
    assert numbers.read(raw, unit) == Decimal(value)


@pytest.mark.parametrize(
    ("raw", "unit"),
    [
        *[("240 lb", "kg"), ("98.6 °F", "°C"), ("5 L", "mL"), ("5 mm", "mL")],
        *[("150 10*6/uL", "10*3/uL"), ("150 10⁶/µL", "10*3/uL")],
        *[("150000 /uL", "10*3/uL"), ("150 103/uL", "10*3/uL"), ("7 K/uL", "10⁶/L")],
    ],
)
def test_another_unit_is_refused_and_the_right_one_said(raw, unit):
    assert f"in {unit}" in refused(raw, unit)


def asked_as(name):
    return RANGES[name].unit, RANGES[name].others


@pytest.mark.parametrize(
    ("raw", "name", "value"),
    [
        *(
            (f"172{said}", "weight_kg", "78.0")
            for said in (" lb", "lbs", " Pounds", " lb.")
        ),
        *((f"78{said}", "weight_kg", "78") for said in ("", " kg", "KG", " kilograms")),
        ("172,5 lb", "weight_kg", "78.2"),
        *(
            (said, "height_cm", "170.2")
            for said in ("5 ft 7 in", "5'7\"", "5\u20327\u2033")
        ),
        *(
            (said, "height_cm", "170.2")
            for said in ("5\u20197\u201d", "5' 7", "5 feet, 7 inches")
        ),
        *((said, "height_cm", "170.2") for said in ("67 in", '67"', "67\u2033")),
        *((said, "height_cm", "182.9") for said in ("6 ft", "6'", "6 foot 0")),
        ("5 ft 7.5 in", "height_cm", "171.5"),
        *((said, "height_cm", "170.0") for said in ("1.70 m", "1,7 m")),
        ("170 cm", "height_cm", "170"),
        ("100.4 \u00b0F", "temperature_c", "38.0"),
        ("98.6F", "temperature_c", "37.0"),
        ("38 C", "temperature_c", "38"),
    ],
)
def test_a_unit_it_may_be_given_in_is_read_where_it_is_named(raw, name, value):
    assert numbers.read(raw, *asked_as(name)) == Decimal(value)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("12 st", "weight_kg"),
        ("172 g", "weight_kg"),
        ("172 lb 4 oz", "weight_kg"),
        ("5 ft 7 in", "weight_kg"),
        ("5 ft 13 in", "height_cm"),
        ("67 lb", "height_cm"),
        ("311 K", "temperature_c"),
    ],
)
def test_a_unit_nobody_asked_for_is_named_in_the_refusal(raw, name):
    assert raw in refused(raw, *asked_as(name))


@pytest.mark.parametrize(
    ("loinc", "raw", "value"),
    [
        ("718-7", "95 g/L", "9.50"),
        ("777-3", "150000 /uL", "150.00"),
        ("2160-0", "88 \u00b5mol/L", "1.00"),
        ("4548-4", "58 mmol/mol", "7.46"),
    ],
)
def test_a_laboratory_value_in_its_other_unit_is_converted(loinc, raw, value):
    case = LABS[loinc]

    assert numbers.read(raw, case.unit, case.others) == Decimal(value)


@pytest.mark.parametrize(
    ("raw", "total"),
    [
        ("9,5 10 10,5 10 10 10", "60.0"),
        ("9.5 10 10.5", "30.0"),
        ("9,5, 10, 10,5", "30.0"),
        ("9,5; 10; 10,5", "30.0"),
        ("9.5,10,10.5", "30.0"),
        ("1, 2.5", "3.5"),
        ("5\n5\n5", "15"),
        ("9,5\u00a010", "19.5"),
        ([9.5, "10,5"], "20.0"),
    ],
)
def test_a_list_is_read_whole(raw, total):
    assert sum(numbers.read_list(raw, "mL")) == Decimal(total)


@pytest.mark.parametrize(
    "raw",
    [
        *("9,5", "9,5,10,5", "5,5,5", "1,234 5", "9 ,5 10", "5, 5,5 10", "1.234,5"),
        *("1\u2009234 5", "5 mL 5 mL", 5, {"a": 1}),
    ],
)
def test_a_list_that_could_be_another_is_refused(raw):
    with pytest.raises(BadNumber):
        numbers.read_list(raw, "mL")


def shapes(seed, count):
    """(text, every value somebody could mean by it): written from the value, so that
    what it can mean is known without reading it."""
    pick = random.Random(seed)
    for _ in range(count):
        whole, decimals = pick.choice(
            (
                (pick.randrange(10), 0),
                (pick.randrange(1000), 1),
                (pick.randrange(1000, 10**6), 0),
                (pick.randrange(10**6), 2),
                (pick.randrange(1000), 3),
            )
        )
        part = f"{pick.randrange(10**decimals):0{decimals}d}" if decimals else ""
        group = pick.choice(["", "'", "\u2019", "\u202f", ",", "."])
        point = pick.choice([p for p in ".," if p != group])
        written = f"{whole:,}".replace(",", group)
        sign = pick.choice(["", "", "+", "-", "\u2212"])
        value = Decimal(f"{whole}.{part or 0}") * (
            -1 if sign in "-\u2212" and sign else 1
        )
        meant = {value}
        text = written + (point + part if part else "")
        # One comma and three digits behind it is the one doubtful shape; one point
        # and three digits is the decimal point we ask for.
        if text.count(",") == 1 and "." not in text and len(text.split(",")[1]) == 3:
            meant = {value, Decimal(0)} if not text.startswith("0,") else {value}
        if group == "." and not part and text.count(".") == 1:
            meant = {value / 1000}
        yield sign + text, meant


def test_500_shapes_are_read_as_meant_or_refused():
    read = 0
    for text, meant in shapes(seed=9, count=500):
        try:
            value = numbers.read(text, "mL")
        except BadNumber:
            assert len(meant) > 1, text
            continue
        assert meant == {value}, text
        read += 1
    assert read > 400
