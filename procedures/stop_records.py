"""Stops: kept with the refusal that found them, contradicted, lifted."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clinics import selectors as clinics
from core import journal
from patients.services import tasks
from procedures import presence, readiness, stages
from procedures.context import Context
from procedures.facts import day_selectors
from procedures.facts.reason import GuardReason
from procedures.models import (
    Evaluation,
    Override,
    Signature,
    Stop,
    StopContradiction,
    StopLift,
)
from procedures.pathway import Stage
from procedures.rules import selectors as rules
from procedures.rules import stops as domain
from procedures.rules.candidacy import fired
from procedures.rules.findings import Fired, Level
from procedures.rules.stop_selectors import concerning, stop_fact
from procedures.rules.stops import Finding, StopFact
from procedures.visits import services as visits

LOOK_WITHIN = timedelta(hours=1)
WAITING = frozenset({Stage.APPROVED, Stage.SCHEDULED, Stage.READY})
# Why the booked visit is given up, by the rule that fired.
CANCELLED = {"INF-01": "acute_infection", "PREG-01": "pregnancy"}


def keep(context: Context, reasons: Iterable[GuardReason]) -> None:
    """A stop for each finding among the reasons; a hard one ends the way here."""
    found = [(r.finding, r.text) for r in reasons if r.finding is not None]
    kept = [
        finding for finding, text in found if _keep(context, finding, text) is not None
    ]
    hard = [f for f in kept if f.level == Level.HARD and f.scope == domain.PATIENT]
    if hard and context.episode.stage in WAITING:
        _defer(context, hard)


def _keep(context: Context, finding: Finding, text: str) -> Stop | None:
    """One stop with its task; None for one that stands already."""
    product = (
        day_selectors.concentrate(context.episode)
        if finding.scope == domain.PRODUCT
        else None
    )
    same = concerning(context.episode).filter(
        lift=None, rule=finding.rule, scope=finding.scope, details=finding.details
    )
    if same.exists() or (finding.scope == domain.PRODUCT and product is None):
        return None
    row = Stop.objects.create(
        episode=context.episode,
        patient_id=context.episode.patient_id,
        product=product,
        scope=finding.scope,
        rule=finding.rule,
        rule_version=finding.version or _version(context, finding.rule),
        level=finding.level,
        question=finding.question,
        text=text[:300],
        details=dict(finding.details),
        act=context.act,
        found_at=context.occurred_at,
        recorded_at=context.now,
        recorded_by=str(context.by),
        recorded_by_name=context.by.name,
    )
    _tell(context, row)
    return row


def _version(context: Context, code: str) -> int | None:
    return next((r.version for r in context.facts.rules if r.code == code), None)


def _tell(context: Context, row: Stop) -> None:
    journal.record(
        "episode.stopped",
        subject=f"episode:{context.episode.pk}",
        by=context.by,
        at=context.occurred_at,
        payload={"stop": row.pk, "codes": [row.rule], "act": context.act},
    )
    tasks.open(
        clinic_id=context.episode.clinic_id,
        kind="stop",
        text="A stop stands: evaluate on a later day, or lift it with a second person.",
        owner_role="clinician",
        patient_id=context.episode.patient_id,
        subject=f"stop:{row.pk}",
        due_at=context.now + LOOK_WITHIN,
        by=context.by,
        now=context.now,
    )


def _defer(context: Context, hard: list[Finding]) -> None:
    """After the approval a hard finding takes the episode back to deferred."""
    readiness.void(context.episode, by=context.by, now=context.now)
    codes = sorted({finding.rule for finding in hard})
    visits.cancel_procedure(context, CANCELLED.get(codes[0], "med_hold_not_met"))
    stages.advance(
        context.episode,
        ["stop"],
        name="episode.deferred",
        by=context.by,
        now=context.now,
        at=context.occurred_at,
        payload={"rules": codes},
    )


def of_evaluation(context: Context, hits: Iterable[Fired]) -> None:
    """Each hard rule that fires for it is a stop, unless it only lacks an answer."""
    for hit in hits:
        if hit.level is Level.HARD and hit.code not in domain.NO_STOP:
            _keep(context, _finding(hit), f"{hit.code}: {hit.text}")


def _finding(hit: Fired) -> Finding:
    of_target = hit.code in domain.OF_THE_EPISODE
    return Finding(
        rule=hit.code,
        version=hit.version,
        question={"INF-01": "infection", "PREG-01": "pregnancy"}.get(hit.code, ""),
        scope=domain.EPISODE if of_target else domain.PATIENT,
    )


def contradict(context: Context) -> None:
    """Keep what the answers say against a stop that stands."""
    if context.act == "correct":
        return
    for stop in context.facts.stops:
        if not stop.is_open or _is_recovery(context, stop):
            continue
        for text in domain.contradictions(stop, context.data):
            _contradict(context, stop, text)


def _is_recovery(context: Context, stop: StopFact) -> bool:
    """An evaluation of a later day tells how it is now, not how it was."""
    zone = context.facts.day.zone
    return (
        context.act == "evaluate"
        and stop.found_at.astimezone(zone).date() < context.facts.today
    )


def _contradict(context: Context, stop: StopFact, text: str) -> None:
    _, is_new = StopContradiction.objects.get_or_create(
        stop_id=stop.id,
        text=text[:300],
        act=context.act,
        recorded_by=str(context.by),
        defaults={
            "said_at": context.occurred_at,
            "recorded_at": context.now,
            "recorded_by_name": context.by.name,
        },
    )
    if is_new:
        journal.record(
            "episode.stop_contradicted",
            subject=f"episode:{context.episode.pk}",
            by=context.by,
            at=context.occurred_at,
            payload={"stop": stop.id, "act": context.act},
        )


def lift_by_evaluation(context: Context, evaluation: Evaluation) -> None:
    """End the stops that this new evaluation, made since, no longer finds."""
    for row in concerning(context.episode).filter(lift=None):
        stop = stop_fact(row)
        newer = (
            evaluation.occurred_at > row.found_at
            and evaluation.recorded_at > row.recorded_at
        )
        if not newer or (stop.is_hard and _is_of_the_day(row, evaluation)):
            continue
        if _is_over(context, evaluation, stop):
            _lift(context, row, how="evaluation", evaluation=evaluation)


def _is_of_the_day(row: Stop, evaluation: Evaluation) -> bool:
    """Made on the clinic's day of the finding: a second answer, not a recovery."""
    zone = ZoneInfo(clinics.clinic(row.episode.clinic_id).time_zone)
    found, seen = (
        at.astimezone(zone).date() for at in (row.found_at, evaluation.occurred_at)
    )
    return seen <= found


def _is_over(context: Context, evaluation: Evaluation, stop: StopFact) -> bool:
    now = context.facts
    if stop.scope == domain.PRODUCT or stop.question in (domain.VITALS, "conditions"):
        return False
    if not domain.answers_the_question(stop, context.data, now.today):
        return False
    until = stop.details.get("until")
    if until:
        return date.fromisoformat(until) <= now.today
    known = rules.findings(evaluation, context.episode.patient.birth_date, now.today)
    whole = domain.merged(known, domain.drugs_of([stop], now.day.zone))
    return stop.rule not in {hit.code for hit in fired(now.rules, whole, now.today)}


def lift_by_override(context: Context, override: Override) -> None:
    """An override of a rule of the day ends the stops of that rule."""
    for row in concerning(context.episode).filter(lift=None, rule=override.rule.code):
        if stop_fact(row).is_overridable:
            _lift(context, row, how="override", override=override)


def lift_by_people(
    context: Context,
    row: Stop,
    signature: Signature,
    *,
    reason: str,
    contradiction: str = "",
) -> None:
    """One of the two is a physician: the guards and the database have seen to it."""
    second = presence.second(context)
    _lift(
        context,
        row,
        how="physician",
        signature=signature,
        second_person_id=second.user_id,
        second_person_role=second.role,
        reason=reason,
        contradiction=contradiction,
    )


def _lift(context: Context, row: Stop, **ground: Any) -> None:
    StopLift.objects.create(
        stop=row,
        lifted_at=context.occurred_at,
        recorded_at=context.now,
        recorded_by=str(context.by),
        recorded_by_name=context.by.name,
        **ground,
    )
    tasks.close_about(
        subjects=[f"stop:{row.pk}"],
        outcome=f"Lifted: {ground['how']}",
        by=context.by,
        now=context.now,
    )
    if context.act != "lift_stop":
        journal.record(
            "episode.stop_lifted",
            subject=f"episode:{context.episode.pk}",
            by=context.by,
            at=context.occurred_at,
            payload={"stop": row.pk, "rule": row.rule, "how": ground["how"]},
        )


def standing_vitals(context: Context) -> list[Stop]:
    """Vital signs that stopped the day and that nobody has cleared."""
    rows = concerning(context.episode).filter(lift=None, question=domain.VITALS)
    return list(rows)


def vitals_finding(code: str, values: Mapping[str, Any]) -> Finding:
    """A value outside what the clinic treats with, as it was measured."""
    return Finding(
        rule=code,
        question=domain.VITALS,
        scope=domain.EPISODE,
        details={name: str(value) for name, value in values.items()},
    )


def close_decided(context: Context) -> None:
    """A decision that does not approve has dealt with what its evaluation found."""
    rows = Stop.objects.filter(
        episode=context.episode, act__in=("evaluate", "correct"), lift=None
    )
    tasks.close_about(
        subjects=[f"stop:{row.pk}" for row in rows],
        outcome=f"Decided: {context.data['outcome']}",
        by=context.by,
        now=context.now,
    )
