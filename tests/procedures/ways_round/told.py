"""A clinic's knowledge, as it was told, in plain values: no code of the product.

A `Path` is one patient's way; `Attempt` is one act as somebody tried it, with what it
really was beside what was typed (which kit lay on the bench, which syringe was held).
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Chicago")
DOCTORS = ("clinician", "medical_director")

Answers = dict[str, Any]


def day_of(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def ml(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def drug(name: str) -> str:
    return " ".join(name.casefold().split())


@dataclass(frozen=True)
class Person:
    """Somebody of the clinic."""

    id: int
    role: str

    @property
    def is_doctor(self) -> bool:
        return self.role in DOCTORS


@dataclass(frozen=True)
class Kit:
    """The thing in the box, whatever a scanner makes of its label."""

    gtin: str
    lot: str
    serial: str
    expires_on: date


@dataclass
class Attempt:
    """One act as it was tried. `at` is when it is said to have happened."""

    path: str
    act: str
    by: Person
    second: Person | None
    data: Answers
    now: datetime
    at: datetime
    late_reason: str = ""
    kit: Kit | None = None
    about: str = ""  # the rule of the stop, or the number of the time-out, it names

    @property
    def people(self) -> list[Person]:
        return [self.by, *([self.second] if self.second else [])]

    @property
    def has_doctor(self) -> bool:
        return any(person.is_doctor for person in self.people)

    @property
    def has_two(self) -> bool:
        return len({person.id for person in self.people}) == 2


@dataclass
class Stop:
    """Something told that ends the day, and whether it has been lifted since."""

    kind: str
    told_at: datetime
    source: str
    lifted: bool = False


@dataclass
class Consent:
    """The people and acts a patient agreed to."""

    by: int
    at: datetime
    targets: set[str]
    sites: set[str]
    proceduralist: int
    revoked_at: datetime | None = None


@dataclass
class Pause:
    """A time-out that was held."""

    at: datetime
    people: set[int]


@dataclass
class Harvest:
    """A harvest: drawn volume and person."""

    maker: int
    start: datetime
    first: datetime
    end: datetime
    drawn: Decimal
    anticoagulant: Decimal


@dataclass
class Product:
    """A product of the bench; `held` once is held for ever."""

    maker: int
    start: datetime
    end: datetime
    centrifuge: str
    bmc: Decimal
    kept: Decimal
    kit: Kit | None
    held: bool = False
    corrected: bool = False
    needs_doctor: bool = False
    released_at: datetime | None = None


@dataclass
class Injection:
    """An injection into a target."""

    maker: int
    start: datetime
    end: datetime
    volume: Decimal


@dataclass
class Path:
    """One patient and one plan, as far as it was told.

    What may be missing is Any: every judge says first whether it is there.
    """

    name: str
    mrn: str
    sex: str
    age: int
    targets: dict[str, str]
    evaluation: Any = None  # Answers
    evaluation_at: datetime | None = None
    evaluation_maker: int = 0
    outcome: str = ""
    decided_at: datetime | None = None
    overrides: set[tuple[str, date | None]] = field(default_factory=set)
    consent: Any = None  # Consent
    booked_on: date | None = None
    stops: list[Stop] = field(default_factory=list)
    checked_in_at: datetime | None = None
    checked_in_by: int = 0
    marked: set[str] = field(default_factory=set)
    pauses: dict[int, Pause] = field(default_factory=dict)
    incident: str = ""  # the path whose scan stopped the line
    hand_offs: set[str] = field(default_factory=set)
    aspirate_code: str = ""
    concentrate_code: str = ""
    harvest: Any = None  # Harvest
    product: Any = None  # Product
    injections: dict[str, Injection] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    discharged_at: datetime | None = None
    ever_held: bool = False
    told_its_end: bool = False  # a release announced the expiry before it came
    ever_doubtful: bool = False

    @property
    def standing(self) -> list[Stop]:
        return [stop for stop in self.stops if not stop.lifted]

    @property
    def approved(self) -> bool:
        return self.outcome.startswith("approved")

    @property
    def used(self) -> Decimal:
        given = sum((i.volume for i in self.injections.values()), Decimal(0))
        return given + (self.product.kept if self.product else 0)

    @property
    def expires(self) -> Any:
        return self.harvest.first + timedelta(hours=4) if self.harvest else None

    @property
    def last_injection(self) -> datetime | None:
        return max((i.end for i in self.injections.values()), default=None)

    def allergic(self, to: str) -> bool:
        return bool(self.evaluation) and to in self.evaluation["allergies"]

    def drug_class(self, name: str, typed: str) -> str:
        """The evaluation's word for it; a stranger to it is what was typed."""
        known = (self.evaluation or {}).get("medications", ())
        classes = {drug(one["name"]): one["drug_class"] for one in known}
        return str(classes.get(drug(name), typed))

    def set_aside(self, rule: str, on: date) -> bool:
        return bool({(rule, None), (rule, on)} & self.overrides)
