"""The sheet of an act for one episode: what to choose from, what is known already."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from clinics import selectors as clinics
from clinics.domain.roles import CLINICIAN, MEDICAL_DIRECTOR
from pages.kit.words import full_day
from pages.staff.acts.form import Sheet
from procedures.acts.override.guards import OF_THE_DAY
from procedures.acts.registry import SCHEMAS
from procedures.facts import selectors as reading
from procedures.fields.schema import Field
from procedures.follow_up import questionnaire_selectors, responses
from procedures.follow_up import selectors as follow_ups
from procedures.follow_up.milestones import PREFIX as MILESTONE
from procedures.rules.candidacy import Level
from procedures.rules.table import GATES

if TYPE_CHECKING:
    from procedures.facts.episode import Facts
    from procedures.models import Episode, FollowUp

STAYS_DEFERRED = (
    "The episode stays deferred, its visit cancelled and its preparation open: it is"
    " decided, booked and prepared anew."
)
DOCTORS = (CLINICIAN, MEDICAL_DIRECTOR)


@dataclass(slots=True)
class Here:
    """The episode an act is asked about, and what its guards know of it now."""

    episode: "Episode"
    now: datetime
    zone: ZoneInfo
    asked: Mapping[str, str] = field(default_factory=dict)
    _facts: "Facts | None" = None

    @property
    def facts(self) -> "Facts":
        if self._facts is None:
            self._facts = reading.facts(self.episode, self.now)
        return self._facts

    @property
    def targets(self) -> list[tuple[str, str]]:
        return [(str(t.pk), target_name(t)) for t in self.episode.targets.all()]

    @property
    def sides(self) -> dict[str, str]:
        return {str(t.pk): t.laterality for t in self.episode.targets.all()}


def target_name(target: Any) -> str:
    """ "Right knee, intra articular"."""
    return str(target)[:1].upper() + str(target)[1:]


def sheet(act: str, here: Here) -> Sheet:
    """Return the questions of `act` at this episode now."""
    plain = Sheet(schema=SCHEMAS[act], zone=here.zone, sections=SCHEMAS[act].sections)
    return SHEETS[act](plain, here) if act in SHEETS else plain


def _per_target(plain: Sheet, here: Here, group: str) -> Sheet:
    """One row for each target of the plan; one left out is not marked any more."""
    left_out = here.facts.day.not_done if group == "site_marks" else frozenset()
    planned = [(pk, name) for pk, name in here.targets if pk not in left_out]
    return replace(
        plain,
        starts={**plain.starts, group: [{"target": pk} for pk, _ in planned]},
        titles={**plain.titles, group: [name for _, name in planned]},
    )


# Grades that say nothing about a joint are not asked there.
_CUFF = frozenset({"cuff_tear", "cuff_size_cm", "patte", "goutallier"})
_NOT_ASKED = {
    "hip": _CUFF | {"grade_samilson_prieto"},
    "shoulder": frozenset({"grade_tonnis"}),
}
_ELSEWHERE = _CUFF | {"grade_samilson_prieto", "grade_tonnis"}


def _evaluate(plain: Sheet, here: Here) -> Sheet:
    told = _told_before(here)
    fields = tuple(
        replace(one, hint=" ".join(filter(None, (one.hint, told.get(one.name)))))
        for one in plain.schema.fields
    )
    return _per_target(
        replace(
            plain,
            schema=replace(plain.schema, fields=fields),
            spare={"medications": 4, "labs": 4},
            rows_without={"findings": grades_left_out(here)},
        ),
        here,
        "findings",
    )


def _told_before(here: Here) -> dict[str, str]:
    """Return, by field, what the patient told before the consultation, in words."""
    found = {}
    for instrument, row in questionnaire_selectors.told_before(here.episode):
        day = full_day(row.occurred_at.astimezone(here.zone).date())
        given = [row.answers.get(item.key) for item in instrument.items]
        values = " ".join("–" if one is None else str(one) for one in given)
        said = f"Told before, on {day}: {values}."
        if instrument.key == "nrs":
            found["nrs"] = said
        else:
            found["prom_instrument"] = f"Told before: {instrument.title['en']}."
            found["prom_items"] = said
    return found


def grades_left_out(here: Here) -> list[frozenset[str]]:
    """For each target the grades its joint has no use for."""
    joints = [target.joint for target in here.episode.targets.all()]
    return [_NOT_ASKED.get(joint, _ELSEWHERE) for joint in joints]


def _override(plain: Sheet, here: Here) -> Sheet:
    fired = {
        hit.code: f"{hit.code}: {hit.text}"
        for hit in here.facts.fired
        if hit.level is not Level.HARD
    }
    of_the_day = {
        rule.code: f"{rule.code}: {rule.title} (for one day)"
        for rule in here.facts.rules
        if rule.code in OF_THE_DAY
    }
    return replace(plain, offers={"rule": tuple({**fired, **of_the_day}.items())})


def _consent(plain: Sheet, here: Here) -> Sheet:
    doctors = [m for m in clinics.staff(here.episode.clinic_id) if m.role in DOCTORS]
    people = tuple((str(m.user_id), m.user.display_name) for m in doctors)
    patient = here.episode.patient
    starts = {
        "signer_name": patient.full_name,
        "language": patient.language,
    }
    with_choices = replace(plain, offers={"proceduralist": people}, starts=starts)
    return _per_target(with_choices, here, "targets")


def _check_in(plain: Sheet, here: Here) -> Sheet:
    day = here.facts.day
    held = day.held_drugs
    drugs = [
        {"drug": name, "drug_class": day.drug_class(name, "other")} for name in held
    ]
    known = replace(
        plain,
        left_out=_not_asked(here),
        starts={"last_doses": drugs} if drugs else {},
        titles={"last_doses": held} if drugs else {},
        spare={"last_doses": 1 if drugs else 2},
    )
    return _per_target(known, here, "site_marks")


def _time_out(plain: Sheet, here: Here) -> Sheet:
    """The first asks for marks, the second for scans."""
    without = _not_asked(here)
    if not here.facts.day.allergies & {*GATES}:
        without |= {"allergy_precautions"}
    if here.facts.stage == "released":
        return replace(plain, left_out=without | {"site_marks"})
    scans = frozenset({"patient_scan", "product_scan", "device"})
    return _per_target(replace(plain, left_out=without | scans), here, "site_marks")


def _not_asked(here: Here) -> frozenset[str]:
    """Conditions are asked about where there are any."""
    decision = here.facts.decision
    has_conditions = decision is not None and bool(decision.conditions)
    return frozenset() if has_conditions else frozenset({"conditions_met"})


def _open_targets(here: Here) -> tuple[tuple[str, str], ...]:
    closed = here.facts.day.injected | here.facts.day.not_done
    return tuple(t for t in here.targets if t[0] not in closed)


def _not_done(plain: Sheet, here: Here) -> Sheet:
    return replace(plain, offers={"target": _open_targets(here)})


def _lift_stop(plain: Sheet, here: Here) -> Sheet:
    """The stops that stand; what was said against one is shown above the form."""
    waiting = tuple((s.id, s.text) for s in here.facts.stops if s.is_open)
    chosen = here.asked.get("stop", "")
    starts = {"stop": chosen} if chosen in dict(waiting) else {}
    schema = plain.schema
    if here.facts.stage == "deferred":
        fields = tuple(
            replace(one, hint=STAYS_DEFERRED) if one.name == "mistaken" else one
            for one in schema.fields
        )
        schema = replace(schema, fields=fields)
    return replace(plain, schema=schema, offers={"stop": waiting}, starts=starts)


def _inject(plain: Sheet, here: Here) -> Sheet:
    return replace(plain, offers={"target": _open_targets(here)})


def _hand_off(plain: Sheet, here: Here) -> Sheet:
    done = here.facts.day.hand_offs
    kinds = next(f for f in plain.schema.fields if f.name == "kind").choices
    left = tuple(kind for kind in kinds if kind[0] not in done)
    return replace(plain, offers={"kind": left})


def _discharge(plain: Sheet, here: Here) -> Sheet:
    return replace(
        plain,
        spare={"vitals": 3},
        starts={"instructions_language": here.episode.patient.language},
    )


def _prepare(plain: Sheet, here: Here) -> Sheet:
    wanted = {
        name: here.asked[name] for name in ("item", "state") if name in here.asked
    }
    return replace(plain, starts=wanted)


def _respond(plain: Sheet, here: Here) -> Sheet:
    rows = [f for f in follow_ups.of_episode(here.episode) if f.answered_at is None]
    offers = tuple((row.code, _contact(row, here.facts.today)) for row in rows)
    today = here.facts.today
    due = next((r.code for r in rows if r.window_from <= today <= r.window_to), "")
    chosen = here.asked.get("follow_up", due)
    starts = {"follow_up": chosen, "language": here.episode.patient.language}
    row = next((r for r in rows if r.code == chosen), None)
    items = _questionnaires(row) if row else ()
    others = tuple(f for f in plain.schema.fields if f.kind != "object")
    return replace(
        plain,
        schema=replace(plain.schema, fields=(*others, *items)),
        offers={"follow_up": offers},
        starts=starts,
        sections=(
            *plain.sections,
            ("Questionnaires", tuple(item.name for item in items)),
        ),
    )


def _contact(row: "FollowUp", today: date) -> str:
    """ "W6, due Nov 17, 2026: overdue by 14 days; window closes Dec 1"."""
    stands = follow_ups.timing_of(row, today).text
    words = f"{stands[:1].lower()}{stands[1:]}"
    return f"{row.code}, due {full_day(row.target_on)}: {words}"


def _questionnaires(row: Any) -> tuple[Field, ...]:
    """The items of the questionnaires this contact asks for, one question each."""
    return tuple(
        Field(
            name=_name(question.key),
            kind="choice" if question.options else "integer",
            label=question.text,
            choices=question.options,
            hard=(question.lowest, question.highest),
            required=False,
            hint=question.hint,
        )
        for question in responses.questions(row)
        if "." in question.key or question.key.startswith(MILESTONE)
    )


def _name(key: str) -> str:
    if key.startswith(MILESTONE):
        return f"milestones-{key.removeprefix(MILESTONE)}"
    return f"instruments-{key.replace('.', '-')}"


def folded(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with a questionnaire's items and the steps of the recovery nested,
    as the act takes them."""
    plain = {
        k: v
        for k, v in raw.items()
        if not k.startswith(("instruments-", "milestones-"))
    }
    nested: dict[str, dict[str, Any]] = {}
    steps: dict[str, Any] = {}
    for name in raw.keys() - plain.keys():
        if name.startswith("milestones-"):
            if raw[name] not in ("", None):
                steps[name.removeprefix("milestones-")] = raw[name]
            continue
        _, key, item = name.split("-", 2)
        nested.setdefault(key, {})[item] = raw[name]
    found = {**plain, "instruments": nested} if nested else plain
    return {**found, "milestones": steps} if steps else found


SHEETS: dict[str, Callable[[Sheet, Here], Sheet]] = {
    "evaluate": _evaluate,
    "override": _override,
    "consent": _consent,
    "prepare": _prepare,
    "check_in": _check_in,
    "time_out": _time_out,
    "hand_off": _hand_off,
    "inject": _inject,
    "not_done": _not_done,
    "lift_stop": _lift_stop,
    "discharge": _discharge,
    "respond": _respond,
}
