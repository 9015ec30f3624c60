"""Looks of the acts for findings in a form that is wrong otherwise.

A fever counts although another answer is missing: sent again with 36.8 a minute later,
the same form would let the patient pass.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from procedures.day_vocabulary import SEPTIC_APPEARANCES
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.fields.schema import FieldError
from procedures.guards import day_rules
from procedures.rules.stops import Finding
from procedures.rules.vitals import has_fever

Answers = Mapping[str, Any]
INFECTION = Finding(rule="INF-01", question="infection")
PREGNANCY = Finding(rule="PREG-01", question="pregnancy")


def not_recorded(errors: tuple[FieldError, ...]) -> GuardReason:
    """The rest of the form, as a reason beside the finding."""
    told = "; ".join(f"{_name(error)} {error.text}" for error in errors)
    return GuardReason("form-incomplete", f"The form itself was not complete: {told}.")


def _name(error: FieldError) -> str:
    return error.pointer.strip("/").replace("/", " ").replace("_", " ")


def check_in(facts: Facts, said: Answers) -> Iterator[GuardReason]:
    doses = [dose for dose in said["last_doses"] or () if all(dose.values())]
    if facts.findings is None:
        return
    known = {"temperature_c": facts.findings.temperature_c}
    told = {name: value for name, value in said.items() if value is not None}
    plain = {"infection_signs": False, "pregnancy_test": ""}
    yield from day_rules.of_the_day(
        facts, {**plain, **known, **told, "last_doses": doses}
    )


def evaluate(facts: Facts, said: Answers) -> Iterator[GuardReason]:
    if has_fever(said):
        text = f"INF-01: Infection: temperature {said['temperature_c']} °C."
        yield GuardReason("INF-01", text, "", INFECTION)
    elif said["active_infection"]:
        yield GuardReason("INF-01", "INF-01: Infection.", "", INFECTION)
    if said["pregnant"]:
        yield GuardReason("PREG-01", "PREG-01: Pregnancy.", "", PREGNANCY)


def time_out(facts: Facts, said: Answers) -> Iterator[GuardReason]:
    if said["infection_absent"] is False:
        text = "Answered no: no sign of infection."
        yield GuardReason("time-out-no", text, "", INFECTION)


def inject(facts: Facts, said: Answers) -> Iterator[GuardReason]:
    if said["effusion_appearance"] in SEPTIC_APPEARANCES:
        text = "INF-01: the effusion is cloudy or purulent; nothing is injected."
        yield GuardReason("INF-01", text, "", INFECTION)
