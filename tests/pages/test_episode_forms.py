"""The forms of the acts: from every kind of question to the schema and back."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as some

from pages.staff.acts.controls import text_of
from pages.staff.acts.form import ActForm, Sheet, answers
from procedures.acts.registry import SCHEMAS
from procedures.fields.schema import ActSchema, Field, FieldError, parse

HOUSTON = ZoneInfo("America/Chicago")
CHOICES = (("a", "First"), ("b", "Second"), ("c", "Third"))
INNER = (
    Field(name="word", kind="text", label="Word"),
    Field(name="amount", kind="decimal", label="Amount", required=False),
    Field(name="seen", kind="boolean", label="Seen", required=False),
)
EVERY_KIND = ActSchema(
    act="anything",
    label="Anything",
    fields=(
        Field(name="word", kind="text", label="Word"),
        Field(name="one", kind="choice", label="One", choices=CHOICES),
        Field(name="some", kind="multichoice", label="Some", choices=CHOICES),
        Field(name="count", kind="integer", label="Count"),
        Field(name="amount", kind="decimal", label="Amount", unit="mL"),
        Field(name="sure", kind="boolean", label="Sure"),
        Field(name="at", kind="datetime", label="At"),
        Field(name="day", kind="date", label="Day"),
        Field(name="draws", kind="list", label="Draws"),
        Field(name="rows", kind="group", label="Row", fields=INNER, min_items=1),
    ),
)
WORDS = some.text("abcdefghij", min_size=1, max_size=20)
AMOUNTS = some.decimals(0, 500, places=2)
# The clinic's wall clock names every minute once outside of November's hour.
SPRING = datetime(2026, 3, 9, tzinfo=UTC)
MINUTES = some.integers(0, 330_000).map(lambda n: SPRING + timedelta(minutes=n))
ROWS = some.fixed_dictionaries(
    {
        "word": WORDS,
        "amount": some.none() | AMOUNTS,
        "seen": some.none() | some.booleans(),
    }
)
DATA = some.fixed_dictionaries(
    {
        "word": WORDS,
        "one": some.sampled_from("abc"),
        "some": some.lists(some.sampled_from("abc"), min_size=1, unique=True),
        "count": some.integers(-50, 5000),
        "amount": AMOUNTS,
        "sure": some.booleans(),
        "at": MINUTES,
        "day": some.dates(date(1930, 1, 1), date(2030, 1, 1)),
        "draws": some.lists(AMOUNTS, min_size=1, max_size=8),
        "rows": some.lists(ROWS, min_size=1, max_size=4),
    }
)


def posted(schema, data):
    """The form as a browser would send it with these answers."""
    sheet = Sheet(schema=schema, zone=HOUSTON)
    sent = QueryDict(mutable=True)
    for asked in schema.fields:
        if asked.kind == "group":
            for number, row in enumerate(data[asked.name]):
                for inner in asked.fields:
                    if row[inner.name] is not None:
                        name = f"{asked.name}-{number}-{inner.name}"
                        sent[name] = text_of(inner, row[inner.name], HOUSTON)
        else:
            text = text_of(asked, data[asked.name], HOUSTON)
            sent.setlist(asked.name, text if isinstance(text, list) else [text])
    return sheet, sent


@settings(max_examples=60, deadline=None)
@given(DATA)
def test_every_kind_of_answer_survives_the_form(data):
    sheet, sent = posted(EVERY_KIND, data)

    parsed = parse(EVERY_KIND, answers(sheet, sent).raw, HOUSTON)

    expected = {**data, "some": tuple(data["some"]), "draws": tuple(data["draws"])}
    assert parsed == expected


@settings(max_examples=20, deadline=None)
@given(DATA)
def test_the_form_shows_again_what_was_typed(data):
    sheet, sent = posted(EVERY_KIND, data)

    shown = ActForm(sheet, sent)

    for name in sent:
        typed = sent.getlist(name)
        value = shown[name].value()
        assert (value if isinstance(value, list) else [value]) == typed or value is True


@pytest.mark.parametrize("act", SCHEMAS)
def test_every_question_of_every_act_has_a_control(act):
    form = ActForm(Sheet(schema=SCHEMAS[act], zone=HOUSTON))

    page = "".join(str(field) for field in form)
    for asked in SCHEMAS[act].fields:
        assert f'name="{asked.name}' in page, asked.name


def sheet_with_rows():
    schema = ActSchema(act="anything", label="Anything", fields=EVERY_KIND.fields[-1:])
    return Sheet(schema=schema, zone=HOUSTON, spare={"rows": 3})


def test_rows_nobody_filled_in_are_no_answers():
    sent = QueryDict("rows-0-word=&rows-0-amount=&rows-2-word=kept&rows-2-amount=")

    found = answers(sheet_with_rows(), sent)

    assert found.raw == {"rows": [{"word": "kept"}]}


def test_an_error_lands_in_the_row_it_is_about_though_rows_before_are_empty():
    sent = QueryDict("rows-0-word=&rows-2-amount=much")
    sheet = sheet_with_rows()
    found, form = answers(sheet, sent), ActForm(sheet, sent)

    form.take_faults([FieldError("/rows/0/amount", "must be a number")], found)

    assert list(form.errors) == ["rows-2-amount"]


def test_an_error_about_a_whole_group_lands_on_its_first_question():
    sheet = sheet_with_rows()
    form = ActForm(sheet, QueryDict())

    form.take_faults([FieldError("/rows", "is required")], answers(sheet, QueryDict()))

    assert form.errors == {"rows-0-word": ["This needs an answer."]}


def test_a_row_that_only_names_its_target_is_no_answer():
    fields = (
        Field(name="target", kind="text", label="Target"),
        Field(name="side", kind="text", label="Side"),
    )
    group = Field(name="marks", kind="group", label="Mark", fields=fields)
    sheet = Sheet(
        schema=ActSchema(act="anything", label="Anything", fields=(group,)),
        zone=HOUSTON,
        starts={"marks": [{"target": "t1"}, {"target": "t2"}]},
        titles={"marks": ["Right knee", "Left knee"]},
    )
    sent = QueryDict("marks-0-target=t1&marks-1-target=t2&marks-1-side=left")

    assert answers(sheet, sent).raw == {"marks": [{"target": "t2", "side": "left"}]}
    assert ActForm(sheet)["marks-0-target"].is_hidden


def test_an_instant_is_typed_and_shown_on_the_clinics_clock():
    asked = Field(name="at", kind="datetime", label="At")

    shown = text_of(asked, datetime(2026, 9, 2, 13, 30, tzinfo=UTC), HOUSTON)

    assert shown == "2026-09-02T08:30"


def test_units_and_limits_are_said_in_words():
    form = ActForm(Sheet(schema=SCHEMAS["evaluate"], zone=HOUSTON))

    assert form["height_cm"].help_text == "120 to 220"
    assert form["height_cm"].field.unit == "cm"
    assert "usually 3 or more" in form["symptom_months"].help_text


def test_a_usual_number_is_there_at_first_and_nothing_else_is():
    form = ActForm(Sheet(schema=SCHEMAS["process"], zone=HOUSTON))

    assert Decimal(form["qc_retained_ml"].value()) == 0
    assert form["bmc_ml"].value() is None
