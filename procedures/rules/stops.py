"""Stops: findings that stay, whatever the same question is answered later."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from procedures.rules.drug_names import drug_key
from procedures.rules.findings import OVERRIDABLE, Findings, Level, Medication

PATIENT, EPISODE, PRODUCT = "patient", "episode", "product"
SCOPES = (
    (PATIENT, "Everything for this patient"),
    (EPISODE, "This episode"),
    (PRODUCT, "This product"),
)
HOW_LIFTED = (
    ("evaluation", "A new evaluation"),
    ("override", "An override of the day"),
    ("physician", "A physician and a second person"),
)
# Damage of one target says nothing about another episode's.
OF_THE_EPISODE = frozenset({"SEV-01", "SEV-02"})
# What an evaluation lacks is no danger by itself: a new or corrected one completes it.
NO_STOP = frozenset({"INC-1", "INC-2", "INC-5"})
VITALS = "vitals"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A finding to be kept as a stop.

    `question` names the answers that could contradict it (QUESTIONS); `details` are
    JSON: the drug and its last dose for a finding about medication.
    """

    rule: str
    question: str
    scope: str = PATIENT
    level: str = "HARD"
    version: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopFact:
    """A stop as the guards see it."""

    id: str
    rule: str
    scope: str
    level: str
    text: str
    question: str
    found_at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)
    lifted_at: datetime | None = None
    how: str = ""
    is_contradicted: bool = False

    def stood_at(self, moment: datetime) -> bool:
        return self.found_at <= moment and (
            self.lifted_at is None or moment < self.lifted_at
        )

    @property
    def is_open(self) -> bool:
        return self.lifted_at is None

    @property
    def is_hard(self) -> bool:
        return self.level == Level.HARD and self.scope != PRODUCT

    @property
    def is_overridable(self) -> bool:
        return self.level in OVERRIDABLE


# Which answers, in whatever act, are about the same question; the answers of each that
# say there is nothing.
QUESTIONS: Mapping[str, Mapping[str, frozenset[Any]]] = {
    "infection": {
        "infection_signs": frozenset({False}),
        "active_infection": frozenset({False}),
        "infection_absent": frozenset({True}),
        "effusion_appearance": frozenset({"none", "clear", "blood_stained"}),
    },
    "pregnancy": {
        "pregnancy_test": frozenset(
            {"negative", "not_applicable", "sterility_documented"}
        ),
        "pregnant": frozenset({False}),
    },
    "conditions": {"conditions_met": frozenset({True})},
}
WORDS = {
    "infection_signs": "Sign of infection: none",
    "active_infection": "Active infection: no",
    "infection_absent": "No sign of infection: yes",
    "effusion_appearance": "Effusion: {}",
    "pregnancy_test": "Pregnancy test: {}",
    "pregnant": "Pregnant: no",
    "conditions_met": "Conditions of the approval: met",
}
FEVER_C = Decimal("38.0")


def contradictions(stop: StopFact, data: Mapping[str, Any]) -> Iterator[str]:
    """Words for what the answers say against the stop."""
    for name, harmless in QUESTIONS.get(stop.question, {}).items():
        if name in data and data[name] in harmless:
            yield WORDS[name].format(str(data[name]).replace("_", " "))
    temperature = data.get("temperature_c")
    if stop.question == "infection" and temperature and temperature < FEVER_C:
        yield f"Temperature: {temperature} °C"
    if stop.question == "medication":
        yield from _other_dose(stop, data)
    if stop.question == VITALS:
        yield from _other_vitals(stop, data)


def _other_dose(stop: StopFact, data: Mapping[str, Any]) -> Iterator[str]:
    if "last_doses" not in data:
        return
    key, told = drug_key(stop.details.get("drug", "")), False
    for dose in data["last_doses"] or ():
        if drug_key(dose["drug"]) == key:
            told = True
            at = dose["last_dose_at"].isoformat()
            if at != stop.details.get("last_dose_at"):
                yield f"{dose['drug']}, last dose: {at[:16].replace('T', ' ')}"
    if not told:
        yield f"{stop.details.get('drug', 'The drug')}: not told again"


def _other_vitals(stop: StopFact, data: Mapping[str, Any]) -> Iterator[str]:
    for name, value in stop.details.items():
        if data.get(name) is not None and str(data[name]) != value:
            yield f"{name.replace('_', ' ').capitalize()}: {data[name]}"


def merged(findings: Findings, medications: Iterable[Medication]) -> Findings:
    """The findings with these drugs as they were told last; a drug told again
    replaces what was known of it."""
    told = {drug_key(drug.name): drug for drug in medications}
    kept = [d for d in findings.medications if drug_key(d.name) not in told]
    return replace(findings, medications=[*kept, *told.values()])


def drugs_of(stops: Iterable[StopFact], zone: Any) -> list[Medication]:
    """The drugs that open stops are about, with the last dose told then."""
    found = []
    for stop in stops:
        if "drug" not in stop.details:
            continue
        at = datetime.fromisoformat(stop.details["last_dose_at"]).astimezone(zone)
        drug = stop.details["drug"]
        found.append(Medication(drug, stop.details["drug_class"], at.date()))
    return found


def answers_the_question(stop: StopFact, data: Mapping[str, Any], on: date) -> bool:
    """True if an evaluation says anything about what was found.

    Silence lifts nothing: no temperature after a fever, no answer about pregnancy.
    """
    if stop.rule == "INF-01":
        return data["temperature_c"] is not None
    if stop.rule == "PREG-01":
        return data["pregnant"] is not None
    if stop.rule in NEEDS_LAB:
        return any(lab["loinc"] == NEEDS_LAB[stop.rule] for lab in data["labs"])
    return True


NEEDS_LAB = {
    "HEM-01": "777-3",
    "HEM-01-LOW": "777-3",
    "HEM-02": "718-7",
    "HEM-02-LOW": "718-7",
    "HEM-03": "6301-6",
    "HEM-03-HIGH": "6301-6",
    "MET-01": "4548-4",
}
