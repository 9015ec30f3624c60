"""One description of an act: what it reads, what it refuses, what it finds unusual."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from procedures.acts.evaluate.schema import EVALUATE
from procedures.fields.schema import ActSchema, Field, InvalidData, parse, warnings
from procedures.fields.statement import digest, statement

SCHEMA = ActSchema(
    act="measure",
    label="Measurement",
    fields=(
        Field(name="name", kind="text", label="Name", hard=(2, 10)),
        Field(name="count", kind="integer", label="Count", required=False),
        Field(
            name="volume_ml",
            kind="decimal",
            label="Volume",
            unit="mL",
            required=False,
            hard=(0.5, 60),
            warn=(None, 10),
        ),
        Field(name="is_clear", kind="boolean", label="Clear", required=False),
        Field(
            name="side",
            kind="choice",
            label="Side",
            choices=(("left", "Left"), ("right", "Right")),
            required=False,
        ),
        Field(name="at", kind="datetime", label="At", required=False),
        Field(name="on", kind="date", label="On", required=False),
        Field(name="draws", kind="list", label="Draws", required=False, hard=(1, 5)),
        Field(
            name="rows",
            kind="group",
            label="Row",
            required=False,
            fields=(Field(name="lot", kind="text", label="Lot"),),
        ),
        Field(name="none", kind="boolean", label="None", required=False),
        Field(name="why", kind="text", label="Why", required_unless="none"),
    ),
)
LEAST = {"name": "ok", "why": "because"}


def read(**answers):
    return parse(SCHEMA, LEAST | answers)


def errors_of(**answers):
    with pytest.raises(InvalidData) as caught:
        read(**answers)
    return {error.pointer: error.text for error in caught.value.errors}


def test_json_and_form_values_read_the_same():
    typed = read(count=3, volume_ml=7.5, is_clear=True, draws=[1, 2.5])
    form = read(count="3", volume_ml="7.5", is_clear="on", draws="1, 2.5")

    assert typed == form
    assert typed["volume_ml"] == Decimal("7.5")
    assert typed["draws"] == (Decimal(1), Decimal("2.5"))


def test_what_is_not_answered_is_empty():
    answers = read()

    assert answers["count"] is None
    assert answers["side"] == ""
    assert answers["draws"] == () == answers["rows"]


def test_every_error_is_found_at_once_with_its_pointer():
    errors = errors_of(
        name="x", count="1.5", side="up", rows=[{}, {"lot": "a", "b": 1}]
    )

    assert errors == {
        "/name": "must be at least 2 characters",
        "/count": "must be a whole number",
        "/side": "must be one of left, right",
        "/rows/0/lot": "is required",
        "/rows/1/b": "is not a known field",
    }


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400000", "seven", True, [1]])
def test_what_is_no_number_is_refused(number):
    assert "/volume_ml" in errors_of(volume_ml=number)


def test_a_null_character_is_refused():
    assert "/name" in errors_of(name="a\x00b")


def test_a_hard_limit_names_the_limit_and_the_unit():
    assert errors_of(volume_ml=61)["/volume_ml"] == "must be at most 60 mL"
    assert errors_of(draws=[1, 6])["/draws"] == "must be at most 5"


def test_limits_themselves_are_allowed():
    assert read(volume_ml="0.5")["volume_ml"] == Decimal("0.5")
    assert read(volume_ml=60)["volume_ml"] == 60


def test_a_warning_lets_the_answer_pass():
    [warning] = warnings(SCHEMA, read(volume_ml=12))

    assert warning.pointer == "/volume_ml"
    assert "at most 10 mL" in warning.text


def test_an_instant_without_offset_is_the_clinics():
    zone = ZoneInfo("America/Chicago")

    answers = parse(SCHEMA, LEAST | {"at": "2026-09-01T10:00"}, zone)

    assert answers["at"] == datetime(2026, 9, 1, 15, 0, tzinfo=UTC)


def test_an_instant_without_offset_or_zone_is_refused():
    assert errors_of(at="2026-09-01T10:00") == {"/at": "must carry a time zone offset"}


def test_a_date_is_read_as_a_date():
    assert read(on="2026-09-01")["on"] == date(2026, 9, 1)
    assert "/on" in errors_of(on="01.09.2026")


def test_a_question_can_be_excused_by_another():
    with pytest.raises(InvalidData):
        parse(SCHEMA, {"name": "ok"})

    assert parse(SCHEMA, {"name": "ok", "none": True})["why"] == ""


def test_the_statement_spells_out_every_answer_with_its_unit():
    text = statement(SCHEMA, read(volume_ml=7.5, side="left", rows=[{"lot": "K1"}]))

    assert "Volume: 7.5 mL" in text
    assert "Side: Left" in text
    assert "  Lot: K1" in text
    assert "Count: not answered" in text
    assert len(digest(text)) == 64


def test_an_evaluation_refuses_impossible_body_measures():
    with pytest.raises(InvalidData) as caught:
        parse(EVALUATE, {"height_cm": 1.63, "weight_kg": 780, "findings": []})

    pointers = {error.pointer for error in caught.value.errors}
    assert {"/height_cm", "/weight_kg", "/findings", "/allergies"} <= pointers


@pytest.mark.parametrize("year", ["0001", "1899", "2201", "9999"])
def test_dates_that_nobody_can_mean_are_none(year):
    found = errors_of(on=f"{year}-12-31", at=f"{year}-12-31T23:59:00-14:00")

    assert found == dict.fromkeys(["/on", "/at"], "must lie between 1900 and 2200")
