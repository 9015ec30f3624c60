"""The one door through which people act on an episode."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from clinics.domain import policy
from clinics.domain.presence import Proof
from core import journal
from core.actor import Actor
from core.problems import NotFound, StaleVersion
from core.refusal import Reason, Refused
from patients.services import patients
from procedures import readiness, stages, stop_records
from procedures.acts import in_passing, late_entries, unusual
from procedures.acts.guards import found_in_passing, reasons_against
from procedures.acts.registry import ACTS, CORRECTORS
from procedures.acts.respond import handle as answers
from procedures.context import Context
from procedures.corrections.table import MADE_BY
from procedures.facts.reason import GuardReason
from procedures.facts.selectors import facts
from procedures.fields.schema import FieldError, InvalidData, parse
from procedures.models import Episode
from procedures.pathway import TRANSITIONS, Act, Stage
from procedures.products import labels
from procedures.visits import phase_times
from scheduling.timegrid.reach import OUT_OF_REACH, in_reach

CHECK_VIOLATION = "23514"


@transaction.atomic
def perform(
    *,
    episode_id: UUID,
    act: str,
    data: Mapping[str, Any],
    version: int | None,
    by: Actor,
    now: datetime,
    occurred_at: datetime | None = None,
    signature: Proof | None = None,
    second_person: Proof | None = None,
    late_reason: str = "",
) -> Episode | Refused:
    """Do `act` on the episode, or say why not; a refusal stays on record.

    `data` are the raw answers of the act's schema. `occurred_at` is when it happened
    (now unless entered late, then `late_reason` says why). What stands against the
    act whatever is answered is said first, then what is wrong with the answers and
    the people, then what the answers bring up. Raises NotFound, StaleVersion and
    InvalidData, none of which leaves a trace: a form with a finding that ends the way
    is refused instead, whatever else is wrong with it, and the finding is kept.
    """
    if act not in ACTS:
        raise NotFound
    episode = _find(episode_id, by)
    for action in _actions(act, data):
        allowed = policy.may(by.role, action)
        if not allowed.allowed:
            return _forbidden(episode, act, allowed.reason, by, now)
    episode = _locked(episode, version, data)
    at = occurred_at or now
    if not in_reach(at):
        raise InvalidData([FieldError("/occurred_at", OUT_OF_REACH)])
    context = Context(
        episode=episode,
        act=act,
        schema=ACTS[act].schema,
        data={},
        facts=facts(episode, at, entered_at=now),
        correctors=CORRECTORS,
        by=by,
        now=now,
        occurred_at=at,
        signature=signature,
        second_person=second_person,
        late_reason=" ".join(late_reason.split()),
    )
    return _look(context, data) or _leap(context, data)


def _actions(act: str, data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the actions that must be allowed: a record is its makers' to correct."""
    yield f"episode.{act}"
    if act in ("correct", "enter_in_error"):
        made_by = MADE_BY.get(str(data.get("record")))
        if made_by:
            yield f"episode.{made_by}"


def _look(context: Context, raw: Mapping[str, Any]) -> Refused | None:
    reasons = reasons_against(context.facts, context.act, None)
    if not reasons:
        return None
    # What is told counts although the act is refused whatever is told.
    try:
        context.data = _parsed(context, raw)
    except InvalidData:
        told = _found_in_passing(context, raw)
    else:
        told = reasons_against(context.facts, context.act, context.data)
        stop_records.contradict(context)
        _hear(context)
    stop_records.keep(context, told)
    return context.refuse(*reasons)


def _parsed(context: Context, raw: Mapping[str, Any]) -> dict[str, Any]:
    return parse(context.schema, raw, context.facts.day.zone)


def _leap(context: Context, raw: Mapping[str, Any]) -> Episode | Refused:
    try:
        _check_presence(context)
        context.data = _parsed(context, raw)
        late_entries.check(context)
    except InvalidData as wrong:
        found = _found_in_passing(context, raw)
        if not found:
            raise
        stop_records.keep(context, found)
        return context.refuse(*found, in_passing.not_recorded(wrong.errors))
    stop_records.contradict(context)
    refused = _refusal(context)
    if refused is None:
        _check_override_witness(context)
        refused_or_done = _carried_out_whole(context)
        if isinstance(refused_or_done, Refused):
            stop_records.keep(context, context.refused)
        return refused_or_done
    return refused


def _found_in_passing(
    context: Context, raw: Mapping[str, Any]
) -> tuple[GuardReason, ...]:
    """Count what ends the way, whatever else is wrong with the form."""
    zone = context.facts.day.zone
    return found_in_passing(context.facts, context.schema, raw, zone)


def _find(episode_id: UUID, by: Actor) -> Episode:
    episode = Episode.objects.filter(pk=episode_id).first()
    if episode is None or by.clinic_id not in (None, episode.clinic_id):
        raise NotFound
    if by.kind == "patient" and by.id != str(episode.patient_id):
        raise NotFound
    return episode


def _forbidden(
    episode: Episode, act: str, why: str, by: Actor, now: datetime
) -> Refused:
    journal.record(
        "episode.act_forbidden",
        subject=f"episode:{episode.pk}",
        by=by,
        at=now,
        payload={"act": act, "role": by.role},
    )
    return Refused((Reason("forbidden", why),), code="forbidden", status=403)


def _locked(episode: Episode, version: int | None, data: Mapping[str, Any]) -> Episode:
    # The patient's row is the lock of everything about that patient. A scan of
    # somebody else's label stops both, so both rows are locked, in id order.
    others = labels.patients_of(labels.others_named(episode, data))
    patients.lock_all({episode.patient_id, *others})
    episode = Episode.objects.get(pk=episode.pk)
    if version is not None and version != episode.version:
        raise StaleVersion(episode.version)
    return episode


def _check_presence(context: Context) -> None:
    """Check signature, second person and times. Raises InvalidData."""
    signature, schema = context.signature, context.schema
    errors = list(_wrong_times(context))
    if schema.signature and signature is None:
        errors.append(FieldError("/signature", "is required"))
    if signature and context.by.id != str(signature.user_id):
        errors.append(FieldError("/signature", "must be that of the person acting"))
    if signature and signature.meaning not in ("", schema.signature):
        text = f"must be: {schema.signature}"
        errors.append(FieldError("/signature/meaning", text))
    if _lacks_second(context) and not ACTS[context.act].witness_last:
        errors.append(FieldError("/second_person", "is required"))
    if errors:
        raise InvalidData(errors)


def _check_override_witness(context: Context) -> None:
    if _lacks_second(context):
        raise InvalidData([FieldError("/second_person", "is required")])


def _lacks_second(context: Context) -> bool:
    return context.schema.second_person and context.second_person is None


def _refusal(context: Context) -> Refused | None:
    reasons = [*_same_person(context)]
    reasons += reasons_against(context.facts, context.act, context.data)
    if not reasons:
        return None
    stop_records.keep(context, reasons)
    _hear(context)
    return context.refuse(*reasons)


def _hear(context: Context) -> None:
    """Warning signs in answers that are refused act like any others."""
    if context.act == Act.RESPOND:
        answers.hear(context, context.data)


def _same_person(context: Context) -> list[GuardReason]:
    second = context.second_person
    if second is None or str(second.user_id) != context.by.id:
        return []
    return [
        GuardReason(
            "second-person-same",
            "The second person must be somebody else.",
            "A colleague proves to be present",
        )
    ]


def _carried_out_whole(context: Context) -> Episode | Refused:
    """All of the act or none of it: what a trigger does not take is refused."""
    try:
        with transaction.atomic():
            return _carry_out(context)
    except IntegrityError as fault:
        why = _trigger_says(fault)
        if why is None:
            raise
        context.episode.refresh_from_db()
        context.payload.clear()
        return context.refuse(GuardReason("record-refused", f"{why}."))


def _trigger_says(fault: IntegrityError) -> str | None:
    """The sentence of a trigger of ours; None for a constraint, which is a mistake."""
    told = getattr(fault.__cause__, "diag", None)
    if told is None or told.sqlstate != CHECK_VIOLATION or told.constraint_name:
        return None
    text = str(told.message_primary)
    return text[:1].upper() + text[1:]


def _carry_out(context: Context) -> Episode | Refused:
    at = context.occurred_at  # a correction takes its record's own
    outcome = ACTS[context.act].handle(context)
    if outcome is not None:
        return outcome
    late_entries.keep(context)
    episode = context.episode
    stages.advance(
        episode,
        _steps(context),
        name=f"episode.{ACTS[context.act].past}",
        by=context.by,
        now=context.now,
        at=at,
        payload=_payload(context),
    )
    readiness.settle(episode, by=context.by, now=context.now)
    phase_times.tell(context)
    return episode


def _steps(context: Context) -> tuple[str, ...]:
    if context.steps is not None:
        return context.steps
    known = (Stage(context.episode.stage), context.act) in TRANSITIONS
    return (context.act,) if known else ()


def _payload(context: Context) -> dict[str, Any]:
    remarks = unusual.found(context.episode, context.schema, context.data)
    pointers = list(dict.fromkeys(remark.pointer for remark in remarks))
    extra: dict[str, Any] = {"unusual": pointers} if pointers else {}
    if context.second_person:
        extra["second_person"] = f"staff:{context.second_person.user_id}"
    return {**extra, **context.payload}


def _wrong_times(context: Context) -> Iterator[FieldError]:
    at, known = context.occurred_at, context.facts
    before = [known.opened_at, *ACTS[context.act].follows(known)]
    first = max((moment for moment in before if moment is not None), default=None)
    if at > context.now:
        yield FieldError("/occurred_at", "lies in the future")
    elif at < context.now and first and at < first:
        yield FieldError("/occurred_at", "lies before what it follows")
