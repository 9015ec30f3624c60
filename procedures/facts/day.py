"""Facts about the day of an episode, for the guards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal

from procedures.rules.drug_names import drug_key


@dataclass(frozen=True, slots=True)
class TimeOutFact:
    """A time-out that was held; good from `held_at` to `valid_until`."""

    id: str
    held_at: datetime
    valid_until: datetime

    def covers(self, moment: datetime) -> bool:
        return self.held_at <= moment <= self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestFact:
    """The current harvest and the container it filled."""

    product_code: str
    start_at: datetime
    end_at: datetime
    first_aliquot_at: datetime
    aspirate_ml: Decimal
    anticoagulant_ml: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFact:
    """The current concentrate: how it was made and whether it may be given."""

    code: str
    collected_on: date
    operator_id: int
    start_at: datetime
    end_at: datetime
    bmc_ml: Decimal
    regulatory_hold: bool
    needs_physician: bool
    entered_at: datetime
    released_at: datetime | None = None
    release_entered_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FollowUpFact:
    """A planned contact; the dates are clinic-local and inclusive."""

    code: str
    state: str
    window_from: date
    window_to: date
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """The state of the visit's records and of what follows it."""

    zone: tzinfo = UTC
    open_follow_ups: tuple[str, ...] = ()
    follow_ups: tuple[FollowUpFact, ...] = ()
    biological_sex: str = ""
    age_years: int = 0
    weight_kg: Decimal = Decimal(0)
    allergies: frozenset[str] = frozenset()
    held_drugs: tuple[str, ...] = ()  # whose last dose is asked at check-in
    drug_classes: Mapping[str, str] = field(default_factory=dict)
    nsaid_hold_days: int = 7
    product_limit: timedelta = timedelta(hours=4)
    open_incidents: tuple[str, ...] = ()
    checked_in_at: datetime | None = None
    has_vitals: bool = True
    marked: frozenset[str] = frozenset()
    time_outs: Mapping[int, TimeOutFact] = field(default_factory=dict)
    hand_offs: frozenset[str] = frozenset()
    harvest: HarvestFact | None = None
    product: ProductFact | None = None
    injected: frozenset[str] = frozenset()
    not_done: frozenset[str] = frozenset()
    injected_until: datetime | None = None
    used_ml: Decimal = Decimal(0)

    def drug_class(self, name: str, typed: str) -> str:
        """The class the evaluation gives the drug; what was typed if it is unknown."""
        return self.drug_classes.get(drug_key(name), typed)

    def follow_up(self, code: str) -> FollowUpFact | None:
        return next((f for f in self.follow_ups if f.code == code), None)
