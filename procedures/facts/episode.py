"""Facts about an episode for the guards: plain values, read once under the lock."""

from dataclasses import dataclass, field
from datetime import date, datetime

from procedures.facts.day import DayFacts
from procedures.rules.candidacy import Findings, Fired, Rule, named
from procedures.rules.stops import StopFact


@dataclass(frozen=True, slots=True)
class TargetFact:
    """One place to be treated."""

    id: str
    joint: str
    structure: str
    laterality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationFact:
    """The evaluation that a decision rests on."""

    id: str
    has_nrs: bool
    has_prom: bool
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFact:
    """The current signed decision."""

    id: str
    outcome: str
    decided_on: date
    valid_until: date | None
    reevaluate_on: date | None = None
    occurred_at: datetime | None = None
    conditions: str = ""

    @property
    def approves(self) -> bool:
        return self.outcome in ("approved", "approved_with_conditions")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFact:
    """A current, unrevoked consent. `valid_until` is its last day."""

    id: str
    consent_type: str
    signed_at: datetime
    valid_until: date
    targets: frozenset[str] = frozenset()
    harvest_sites: frozenset[str] = frozenset()
    sedation: str = "none"
    proceduralist_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """An episode as the guards see it. Instants are aware, dates are clinic-local.

    `now` is when the act happens, which a late entry puts into the past; `rules` are
    those in force on `rules_on`, the day of the entry (date.min: none are).
    `entered_at` is when it is entered; `stops` are the patient's that concern this
    episode, lifted ones too. `hold_hours` are those a current override cites.
    """

    stage: str
    now: datetime
    today: date
    opened_at: datetime | None = None
    rules_on: date = date.min
    targets: tuple[TargetFact, ...] = ()
    evaluation: EvaluationFact | None = None
    rules: tuple[Rule, ...] = ()
    findings: Findings | None = None
    fired: tuple[Fired, ...] = ()
    overridden: frozenset[str] = frozenset()
    overridden_today: frozenset[str] = frozenset()
    hold_hours: int | None = None
    stops: tuple[StopFact, ...] = ()
    entered_at: datetime | None = None
    decision: DecisionFact | None = None
    consents: tuple[ConsentFact, ...] = ()
    readiness: dict[str, str] = field(default_factory=dict)
    procedure_on: date | None = None
    day: DayFacts = field(default_factory=DayFacts)
    is_deceased: bool = False

    def consent(self, consent_type: str) -> ConsentFact | None:
        found = (c for c in self.consents if c.consent_type == consent_type)
        return next(found, None)

    @property
    def entry(self) -> datetime:
        """The moment the act is entered: later than `now` for a late entry."""
        return self.entered_at or self.now

    @property
    def waiting(self) -> tuple[TargetFact, ...]:
        """The targets that are to be treated: all but those not done."""
        return tuple(t for t in self.targets if t.id not in self.day.not_done)

    def rule(self, code: str) -> Rule:
        """The rule in force; KeyError when the tables lack it."""
        return named(self.rules, code)
