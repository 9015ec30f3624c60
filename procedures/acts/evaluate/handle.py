"""Signing an evaluation: findings, baseline, risks."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from procedures import readiness, stop_records, vocabulary
from procedures.acts.evaluate.schema import EVALUATE
from procedures.context import Context, plain_answers
from procedures.facts import selectors as facts
from procedures.fields.ranges import LABS
from procedures.fields.ranges import VERSION as RANGES_VERSION
from procedures.fields.schema import FieldError, InvalidData
from procedures.follow_up import baselines
from procedures.models import (
    Episode,
    Evaluation,
    EvaluationLab,
    EvaluationMedication,
    Target,
    TargetFinding,
)
from procedures.rules import body, icd10, labs
from procedures.rules.candidacy import Level
from procedures.signatures import sign
from procedures.visits import services as visits


def evaluate(context: Context) -> None:
    """A visit's evaluation becomes the current one; a hard rule stops the path."""
    supersede(facts.evaluation(context.episode), context.now)
    evaluation = insert(context, context.data)
    stop_records.lift_by_evaluation(context, evaluation)
    stop_on_hard_rule(context)


def insert(context: Context, data: Mapping[str, Any], **more: Any) -> Evaluation:
    """One signed evaluation with its rows. Raises InvalidData."""
    _check_past(context.facts.today, data)
    _check_instrument(context.episode, data["prom_instrument"])
    _check_sums(data)
    rows = _with_targets(context.episode, data["findings"])
    key = uuid.uuid4()
    evaluation = Evaluation.objects.create(
        id=key,
        signature=sign(context, f"evaluation:{key}"),
        baseline_instrument=data["prom_instrument"],
        baseline_items=_whole(data["prom_items"]),
        allergies=list(data["allergies"]),
        **plain_answers(EVALUATE, Evaluation, data, but=("allergies", "pregnant")),
        pregnant=bool(data["pregnant"]),
        **context.record_fields(),
        **more,
    )
    _insert_rows(evaluation, rows, data)
    baselines.record(context, evaluation)
    context.payload |= {"evaluation": key, "ranges": RANGES_VERSION}
    return evaluation


def _check_past(today: date, data: Mapping[str, Any]) -> None:
    """Refuse days later than the evaluation's of what was seen, taken or drawn."""
    dated = (
        ("findings", "imaging_on"),
        ("medications", "last_dose_on"),
        ("labs", "collected_on"),
    )
    errors = [
        FieldError(f"/{group}/{number}/{name}", "lies in the future")
        for group, name in dated
        for number, row in enumerate(data[group])
        if row[name] and row[name] > today
    ]
    if errors:
        raise InvalidData(errors)


# A questionnaire is about one joint; SANE asks about any.
JOINT_OF = {"koos_jr": "knee", "hoos_jr": "hip"}


def _check_instrument(episode: Episode, instrument: str) -> None:
    joint = JOINT_OF.get(instrument)
    if joint and not episode.targets.filter(joint=joint).exists():
        name = dict(vocabulary.PROMS)[instrument]
        text = f"{name} is about the {joint}, which is not treated here"
        raise InvalidData([FieldError("/prom_instrument", text)])


def _check_sums(data: Mapping[str, Any]) -> None:
    """Check what single answers cannot show: height with weight, values by day."""
    errors = [
        FieldError(f"/labs/{number}/collected_on", text)
        for number, text in labs.wrong_dates(data["labs"])
    ]
    if impossible := body.impossible(data["height_cm"], data["weight_kg"]):
        errors.append(FieldError("/weight_kg", impossible))
    if errors:
        raise InvalidData(errors)


def supersede(row: Evaluation | None, now: datetime) -> None:
    """The row is no longer the current one."""
    if row is not None:
        Evaluation.objects.filter(pk=row.pk).update(superseded_at=now)


def _whole(answers: Sequence[Any]) -> list[int]:
    if any(answer != int(answer) for answer in answers):
        raise InvalidData([FieldError("/prom_items", "must be whole numbers")])
    return [int(answer) for answer in answers]


def _insert_rows(
    evaluation: Evaluation,
    rows: Sequence[tuple[Target, Mapping[str, Any]]],
    data: Mapping[str, Any],
) -> None:
    for target, row in rows:
        values = {k: v for k, v in row.items() if k not in ("target", "icd10")}
        TargetFinding.objects.create(
            evaluation=evaluation, target=target, icd10=_codes(row), **values
        )
    EvaluationMedication.objects.bulk_create(
        EvaluationMedication(evaluation=evaluation, **row)
        for row in data["medications"]
    )
    EvaluationLab.objects.bulk_create(
        EvaluationLab(
            evaluation=evaluation,
            unit=LABS[row["loinc"]].unit,
            **row,
        )
        for row in data["labs"]
    )


def _codes(row: Mapping[str, Any]) -> list[str]:
    """The codes of a finding as they are printed; each once."""
    codes = [icd10.read(text).text for text in icd10.split(row["icd10"])]
    return list(dict.fromkeys(codes))


def _with_targets(
    episode: Episode, rows: Sequence[Mapping[str, Any]]
) -> list[tuple[Target, Mapping[str, Any]]]:
    """Each row with its target; every planned target exactly once, sides agreeing."""
    planned = list(episode.targets.all())
    pairs = [(target_of(planned, i, row), row) for i, row in enumerate(rows)]
    errors = [error for i, pair in enumerate(pairs) for error in _wrong(i, *pair)]
    if {target.pk for target, _ in pairs if target} != {t.pk for t in planned}:
        errors.append(FieldError("/findings", "must cover every target of the plan"))
    if len(pairs) != len(planned):
        errors.append(FieldError("/findings", "must name each target once"))
    if errors:
        raise InvalidData(errors)
    return [(target, row) for target, row in pairs if target]


def target_of(
    planned: Sequence[Target], position: int, row: Mapping[str, Any]
) -> Target | None:
    """The target a row names, or the one at its place if it names none."""
    if not row["target"]:
        return planned[position] if position < len(planned) else None
    return next((t for t in planned if str(t.pk) == row["target"].lower()), None)


def _wrong(
    number: int, target: Target | None, row: Mapping[str, Any]
) -> Iterator[FieldError]:
    if target is None:
        yield FieldError(f"/findings/{number}/target", "is not a target of this plan")
        return
    at = f"/findings/{number}/icd10"
    found = icd10.split(row["icd10"])
    if not found:
        yield FieldError(at, "is required")
    for text in found:
        try:
            against = icd10.against(icd10.read(text), target.laterality)
        except icd10.BadCode as bad:
            against = str(bad)
        if against:
            yield FieldError(at, against)


def stop_on_hard_rule(context: Context) -> None:
    """A hard rule that fires after an approval ends what was prepared on it."""
    now = facts.facts(context.episode, context.occurred_at, entered_at=context.now)
    hard = [hit.code for hit in now.fired if hit.level is Level.HARD]
    context.payload["rules"] = [f"{hit.code} v{hit.version}" for hit in now.fired]
    stop_records.of_evaluation(context, now.fired)
    if hard and context.episode.stage in ("approved", "scheduled", "ready"):
        context.steps = ("stop",)
        readiness.void(context.episode, by=context.by, now=context.now)
        visits.ask_to_cancel(context)
