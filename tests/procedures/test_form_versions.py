"""A signed form says which version of its questions it answers: other questions, other
version."""

import pytest

from procedures.acts.registry import SCHEMAS, of_record
from procedures.fields.digest import digest
from procedures.fields.schema import ActSchema, Field

FORMS = {**SCHEMAS, "vitals": of_record("vitals")}


@pytest.mark.parametrize("act", FORMS)
def test_a_form_with_other_questions_has_another_version(act):
    form = FORMS[act]

    assert digest(form) == form.versions[-1], (
        f"The questions of {act} are others: add {digest(form)!r} to its `versions`."
    )


def test_no_version_of_a_form_is_given_twice():
    for form in FORMS.values():
        assert len(set(form.versions)) == len(form.versions)


ASKED = Field(name="dose", kind="decimal", label="Dose", unit="mg")


@pytest.mark.parametrize(
    "other",
    [
        Field(name="dose", kind="decimal", label="Dose", unit="mL"),
        Field(name="dose", kind="decimal", label="Dose", unit="mg", required=False),
        Field(name="dose", kind="integer", label="Dose", unit="mg"),
        Field(name="dose", kind="decimal", label="Dose given", unit="mg"),
        Field(name="amount", kind="decimal", label="Dose", unit="mg"),
        Field(
            name="dose",
            kind="decimal",
            label="Dose",
            unit="mg",
            fields=(Field(name="at", kind="datetime", label="At"),),
        ),
    ],
)
def test_every_change_of_a_question_shows(other):
    before = ActSchema(act="give", label="Give", fields=(ASKED,))
    after = ActSchema(act="give", label="Give", fields=(other,))

    assert digest(before) != digest(after)
