"""A signed form says which version of its questions it answers: other questions, other
version."""

import hashlib

import pytest

from procedures.acts.schemas import SCHEMAS, of_record
from procedures.fields.schema import ActSchema, Field

FORMS = {**SCHEMAS, "vitals": of_record("vitals")}

# (version, digest of the field list) of every form. A form that asks anything else has
# another digest: raise its `version` in the schema, and write both down here.
KNOWN = {
    "evaluate": ("1", "4cb6a465b1e92978"),
    "decide": ("1", "386785f4740694e8"),
    "override": ("2", "8cbf13c9eab0e690"),
    "consent": ("1", "ff9467b095f27918"),
    "prepare": ("1", "f03b1ec7b41cdc50"),
    "withdraw": ("1", "ed40cba0e6180ad3"),
    "abort": ("1", "5414f73c840b61c9"),
    "correct": ("2", "d7663e911e8abb99"),
    "enter_in_error": ("1", "2ee53ad665b437af"),
    "complete": ("1", "1f10fe8a1066a693"),
    "check_in": ("2", "1af5fe8f901e5247"),
    "time_out": ("2", "22a9873cf61945b4"),
    "harvest": ("1", "196453e79582363f"),
    "hand_off": ("1", "f6f34bfe40eb2ad1"),
    "process": ("2", "3310740cdd9271f7"),
    "release": ("1", "2cf6668cdacdc1ca"),
    "inject": ("1", "21f3d707f2d80d17"),
    "not_done": ("1", "1b1de5a6f2b3b68e"),
    "lift_stop": ("1", "8f01bbd1c5f11eef"),
    "discharge": ("1", "d0422b6d5e0a0b44"),
    "adverse_event": ("1", "18117112bb6c3428"),
    "respond": ("2", "ef2b6868107af430"),
    "vitals": ("1", "e4b9657be2ad61fb"),
}


def told(field):
    """Everything about a field that its signer's answer depends on."""
    choices = ",".join(value for value, _ in field.choices)
    within = ";".join(told(one) for one in field.fields)
    return (
        f"{field.name}|{field.kind}|{field.label}|{field.unit}|{field.required}"
        f"|{choices}|{within}"
    )


def digest(schema):
    lines = [schema.signature or "", *(told(field) for field in schema.fields)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


@pytest.mark.parametrize("act", FORMS)
def test_a_form_with_other_questions_has_another_version(act):
    assert (FORMS[act].version, digest(FORMS[act])) == KNOWN[act]


def test_every_form_is_known_and_no_other():
    assert set(FORMS) == set(KNOWN)


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
