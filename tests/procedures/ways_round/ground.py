"""The clinic that every run starts from, and the one door acts go through.

Three patients: A a woman of 30, B a man with two knees, C on an anticoagulant with
allergies. The product is asked through its own services; the world only listens.
"""

import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from inspect import signature
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from core.problems import Problem
from core.refusal import Refused
from procedures.acts import dispatch
from procedures.acts.registry import SCHEMAS
from procedures.fields.schema import InvalidData
from procedures.models import Episode
from scheduling.booking import book
from tests.factories import clinics, patients
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.procedures.ways_round import afterwards, right
from tests.procedures.ways_round.judging_corrections import must_call
from tests.procedures.ways_round.right import Step, Team, minutes
from tests.procedures.ways_round.told import Attempt, Path, Person, day_of
from tests.procedures.ways_round.world import World

MORE = {"clinician2": "clinician", "nurse2": "nurse", "technician2": "technician"}
TWO_KNEES = (make.KNEE, {**make.KNEE, "laterality": "left"})
WHO = {
    "A": ("female", date(1996, 4, 12), (make.KNEE,)),
    "B": ("male", date(1966, 4, 12), TWO_KNEES),
    "C": ("unknown", date(1960, 4, 12), (make.KNEE,)),
}
APIXABAN = {"name": "Apixaban", "drug_class": "anticoagulant"}
IBUPROFEN = {"name": "Ibuprofen", "drug_class": "nsaid"}
DAY = timedelta(days=1)
BOOKED = {"A": "08:30", "B": "09:30", "C": "10:30"}


# Answers that not every version of the forms asks for.
NEWER = {
    "medication_since",
    "conditions_met",
    "allergy_precautions",
    "kit_unused",
    "last_dose_at",
}
TAKES_REASON = "late_reason" in signature(dispatch.perform).parameters


def late_reason(step: Step) -> dict[str, str]:
    return {"late_reason": step.late_reason} if TAKES_REASON else {}


class Broken(AssertionError):
    """The product accepted what an invariant forbids."""


@dataclass
class Ground:
    """A clinic, its people, the paths as they stand, and the clock."""

    site: make.Site
    team: Team
    world: World
    episodes: dict[str, UUID]
    now: datetime = NOW
    # Right acts in a row that going on far means, times two or three.
    stride: int = 1
    wrong: list[tuple[str, str]] = field(default_factory=list)
    called: set[tuple[str, str]] = field(default_factory=set)
    tried: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def copied(self) -> "Ground":
        """For one run: the same clinic, a world of its own."""
        boxes = copy.copy(self.team.boxes)
        return Ground(
            self.site,
            Team(self.team.ids, boxes),
            copy.deepcopy(self.world),
            self.episodes,
            self.now,
            self.stride,
        )

    def stage(self, name: str) -> str:
        rows = Episode.objects.filter(pk=self.episodes[name])
        return str(rows.values_list("stage", flat=True).get())

    def path(self, name: str) -> Path:
        return self.world.paths[name]

    def person(self, who: str) -> Person:
        one = self.site.person(who)
        return Person(one.user_id, one.role)

    def attempt(self, name: str, step: Step) -> Attempt:
        return Attempt(
            name,
            step.act,
            self.person(step.by),
            self.person(step.second) if step.second else None,
            step.data,
            self.now,
            step.at or self.now,
            step.late_reason,
            step.kit,
            step.about,
        )

    def do(self, name: str, step: Step) -> tuple[bool, tuple[str, ...]]:
        """Try it, tell the world, and keep a line of the trace."""
        a = self.attempt(name, step)
        calls = must_call(self.path(name), a)
        before = afterwards.tasks_about(self, name) if calls else 0
        accepted, codes = self._told(name, step, a)
        wrong = self.world.hear(a, accepted=accepted, codes=codes)
        # The same task is asked for once, however often it is called for.
        if calls and accepted and (name, calls) not in self.called:
            self.called.add((name, calls))
            if afterwards.tasks_about(self, name) <= before:
                wrong.append((calls, "and nobody was asked to look"))
        wrong += [(c, "a fault of the product") for c in codes if c[:5] == "CRASH"]
        said = "accepted" if accepted else f"refused ({', '.join(codes)})"
        with_ = f" with {step.second}" if step.second else ""
        late = f" said to be {a.at:%m-%d %H:%M}" if a.at != a.now else ""
        self.world.trace.append(
            f"{a.now:%m-%d %H:%M} {name} {step.act} by {step.by}{with_}{late}"
            f"{': ' + step.words if step.words else ''} -> {said}"
        )
        self.tried.append((step.act, codes))
        if accepted:
            self._learn(name, step)
        self.wrong += wrong
        return accepted, codes

    def second_episode(self, name: str) -> None:
        """The clinician alone opens another way of the same patient and evaluates it:
        nothing is found. The world of the first path hears nothing of it."""
        own = Episode.objects.get(pk=self.episodes[name])
        other = make.episode(self.site, *WHO[name][2], patient=own.patient)
        sides = {str(t.pk): t.laterality for t in other.targets.all()}
        path = Path(f"{name}2", self.path(name).mrn, "", 0, sides)
        step = right.evaluate(path, pregnant=False)
        self.episodes = {**self.episodes, path.name: other.pk}
        accepted, codes = self._told(path.name, step, self.attempt(name, step))
        said = "accepted" if accepted else f"refused ({', '.join(codes)})"
        self.world.trace.append(
            f"{self.now:%m-%d %H:%M} {name} second episode evaluated -> {said}"
        )

    def _told(self, name: str, step: Step, a: Attempt) -> tuple[bool, tuple[str, ...]]:
        try:
            with transaction.atomic(), AsCommitted():
                outcome = self._perform(name, step, a)
        except InvalidData as invalid:
            return False, ("invalid", *(e.pointer for e in invalid.errors))
        except Problem as problem:
            return False, (type(problem).__name__,)
        except IntegrityError:
            return False, ("database",)
        except (KeyError, AttributeError, TypeError, ValueError, AssertionError) as e:
            return False, (f"CRASH {type(e).__name__}: {e}",)
        if isinstance(outcome, Refused):
            return False, tuple(reason.code for reason in outcome.reasons)
        return True, ()

    def _perform(self, name: str, step: Step, a: Attempt):
        if step.act == "book":
            return self._book(name, step, a)
        schema = SCHEMAS[step.act]
        proof = self.site.proof
        known = {asked.name for asked in schema.fields}
        return dispatch.perform(
            episode_id=self.episodes[name],
            act=step.act,
            data={k: v for k, v in step.data.items() if k in known or k not in NEWER},
            version=None,
            by=self.site.actor(step.by),
            now=a.now,
            occurred_at=step.at,
            signature=proof(step.by, a.now) if schema.signature else None,
            second_person=proof(step.second, a.now) if step.second else None,
            **late_reason(step),
        )

    def _book(self, name: str, step: Step, a: Attempt):
        path = Episode.objects.get(pk=self.episodes[name])
        outcome = book.book(
            clinic_id=self.site.clinic.pk,
            patient_id=path.patient_id,
            visit_type="bmc-ultrasound",
            start=step.data["start"],
            subject=f"episode:{path.pk}",
            by=self.site.actor(step.by),
            now=a.now,
        )
        if not isinstance(outcome, Refused):
            self.visits = {**getattr(self, "visits", {}), name: outcome.pk}
        return outcome

    def _learn(self, name: str, step: Step) -> None:
        """Read the labels that were printed."""
        path = self.path(name)
        if step.act in ("harvest", "process"):
            rows = Episode.objects.get(pk=self.episodes[name]).products
            codes = dict(rows.order_by("issued_at").values_list("kind", "code"))
            path.aspirate_code = codes.get("A", "")
            path.concentrate_code = codes.get("C", "")

    def right(self, name: str) -> Any:
        """The path's next Step, at the end of the time it takes; None at its end."""
        stage = self.stage(name)
        step = right.next_step(self.path(name), stage, self.now, self.team)
        if step:
            self.now += minutes(right.TAKES.get(step.act, right.SHORT))
            # Asked again: its times are told at its end.
            step = right.next_step(self.path(name), stage, self.now, self.team)
        return step


class AsCommitted:
    """Check what a commit checks with each act, as in real life."""

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _open(site: make.Site, name: str):
    sex, born, targets = WHO[name]
    who = patients.patient(site.clinic, biological_sex=sex, birth_date=born)
    path = make.episode(site, *targets, patient=who)
    sides = {str(t.pk): t.laterality for t in path.targets.all()}
    age = 2026 - born.year
    return path.pk, Path(name, who.mrn, sex, age, sides)


def opened(names: str = "ABC") -> Ground:
    """Everybody has come for a consultation; nothing is told yet."""
    site = make.open_site()
    for more, role in MORE.items():
        site.people[more] = clinics.membership(role, site.clinic)
    pairs = {name: _open(site, name) for name in names}
    ids = {who: one.user_id for who, one in site.people.items()}
    return Ground(
        site,
        Team(ids),
        World({name: path for name, (_, path) in pairs.items()}),
        {name: key for name, (key, _) in pairs.items()},
    )


def _must(ground: Ground, name: str, step: Step) -> None:
    accepted, codes = ground.do(name, step)
    assert accepted, (name, step.act, codes)


def evaluated(names: str = "ABC") -> Ground:
    ground = opened(names)
    for name in names:
        changes = {}
        if name == "C":
            changes = {"medications": [APIXABAN], "allergies": ["heparin", "latex"]}
        if name == "B":
            changes = {"medications": [IBUPROFEN]}
        _must(ground, name, right.evaluate(ground.path(name), **changes))
        if name == "C":
            plan = right.override("MED-AC-01", None, ground.now - 20 * DAY)
            _must(ground, name, plan)
    return ground


def ready(names: str = "ABC") -> Ground:
    """The morning of the day: approved, booked, prepared, arrived."""
    ground = evaluated(names)
    for name in names:
        path = ground.path(name)
        _must(ground, name, right.decide(path))
        start = make.at(right.ON, BOOKED[name])
        _must(ground, name, Step("book", {"start": start}, "coordinator"))
        _must(ground, name, right.consent(path, ground.team))
        for item in ("medication_plan", "estimate", "labs"):
            _must(ground, name, right.prepare(item))
    ground.now = make.at(right.ON, "08:30")
    for key in ground.visits.values():
        by = ground.site.actor("coordinator")
        book.arrive(appointment_id=key, by=by, now=ground.now)
    assert day_of(ground.now) == ground.path(names[0]).booked_on
    return ground


def walked(ground: Ground, **stages: str) -> Ground:
    """Each path goes on by right acts until it stands at its stage."""
    for name, stage in stages.items():
        for _ in range(20):
            if ground.stage(name) == stage:
                break
            step = ground.right(name)
            assert step is not None
            _must(ground, name, step)
        assert ground.stage(name) == stage, (name, ground.stage(name))
    assert ground.wrong == [], ground.wrong
    return ground
