"""Reads what the guards need to know about an episode."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects

from clinics import selectors as clinics
from procedures.facts.day_selectors import day_facts
from procedures.facts.episode import (
    ConsentFact,
    DecisionFact,
    EvaluationFact,
    Facts,
    TargetFact,
)
from procedures.models import Consent, Decision, Episode, Evaluation, Override
from procedures.records import current_rows
from procedures.rules import candidacy as engine
from procedures.rules import selectors as rules
from procedures.rules.stop_selectors import stop_facts


def facts(
    episode: Episode, now: datetime, *, entered_at: datetime | None = None
) -> Facts:
    """The episode as the guards see it at `now`, by the rules of the day of entry.

    What is entered late (`entered_at`) is not judged by rules of the past: choosing
    the time would choose the rules.
    """
    clinic = clinics.clinic(episode.clinic_id)
    zone = ZoneInfo(clinic.time_zone)
    today = now.astimezone(zone).date()
    found = evaluation(episode)
    if found:
        prefetch_related_objects([found], "medications")  # looked at twice
    rules_on = (entered_at or now).astimezone(zone).date()
    in_use = rules.rules_in_force(rules_on, clinic.severe_policy)
    consents = [_consent(row) for row in current_consents(episode)]
    procedure = procedure_at(episode)
    findings = _findings(episode, found, consents, today)
    live = _overrides(found, today)
    return Facts(
        stage=str(episode.stage),
        now=now,
        today=today,
        opened_at=episode.opened_at,
        rules_on=rules_on,
        targets=_targets(episode),
        evaluation=_evaluation(found),
        rules=in_use,
        findings=findings,
        fired=engine.fired(in_use, findings, today) if findings else (),
        overridden=frozenset(row.rule.code for row in live),
        overridden_today=frozenset(row.rule.code for row in live if row.valid_on),
        hold_hours=next((r.hold_hours for r in live if r.hold_hours is not None), None),
        stops=stop_facts(episode),
        entered_at=entered_at,
        decision=decision_fact(decision(episode)),
        consents=tuple(consents),
        readiness=dict(episode.readiness_items.values_list("kind", "state")),
        procedure_on=procedure.astimezone(zone).date() if procedure else None,
        day=day_facts(
            episode,
            found,
            now,
            zone=zone,
            limit=timedelta(minutes=clinic.product_limit_minutes),
            in_use=in_use,
        ),
        is_deceased=episode.patient.is_deceased,
    )


def consent_facts(episode: Episode, now: datetime) -> Facts:
    """Only what the guard of consent looks at."""
    zone = ZoneInfo(clinics.clinic(episode.clinic_id).time_zone)
    return Facts(
        stage=str(episode.stage),
        now=now,
        today=now.astimezone(zone).date(),
        targets=_targets(episode),
        consents=tuple(_consent(row) for row in current_consents(episode)),
    )


def for_stops(episode: Episode, now: datetime) -> Facts:
    """Only what the guard of an old evaluation looks at."""
    zone = ZoneInfo(clinics.clinic(episode.clinic_id).time_zone)
    return Facts(
        stage=str(episode.stage),
        now=now,
        today=now.astimezone(zone).date(),
        evaluation=_evaluation(evaluation(episode)),
        stops=stop_facts(episode),
    )


def evaluation(episode: Episode) -> Evaluation | None:
    """The current evaluation."""
    return current_rows(episode.evaluations).first()


def decision(episode: Episode) -> Decision | None:
    """The current signed decision."""
    return current_rows(episode.decisions).first()


def current_consents(episode: Episode) -> list[Consent]:
    """Consents neither replaced nor revoked; they may have run out."""
    rows = current_rows(episode.consents).filter(revocation=None)
    return list(rows.prefetch_related("targets"))


def procedure_at(episode: Episode) -> datetime | None:
    """Return the start of the booked procedure."""
    rows = episode.visits.filter(purpose="procedure", released_at=None)
    return rows.values_list("starts_at", flat=True).first()


def _targets(episode: Episode) -> tuple[TargetFact, ...]:
    return tuple(
        TargetFact(str(row.pk), row.joint, row.structure, row.laterality)
        for row in episode.targets.all()
    )


def _evaluation(row: Evaluation | None) -> EvaluationFact | None:
    if row is None:
        return None
    return EvaluationFact(
        id=str(row.pk),
        has_nrs=row.nrs is not None,
        has_prom=_has_scored_baseline(row),
        occurred_at=row.occurred_at,
    )


def _has_scored_baseline(row: Evaluation) -> bool:
    """A questionnaire with an answer missing has no score, so it does not count."""
    kept = current_rows(row.episode.instrumentresponses).filter(
        occasion="baseline", score__isnull=False
    )
    return kept.filter(instrument__key=row.baseline_instrument).exists()


def _findings(
    episode: Episode,
    row: Evaluation | None,
    consents: Sequence[ConsentFact],
    today: date,
) -> engine.Findings | None:
    if row is None:
        return None
    planned = (c.sedation for c in consents if c.consent_type == "procedure")
    born = episode.patient.birth_date
    return rules.findings(row, born, today, next(planned, "none"))


def _overrides(row: Evaluation | None, today: date) -> list[Override]:
    if row is None:
        return []
    live = current_rows(Override.objects).filter(evaluation=row)
    rows = live.select_related("rule").order_by("-recorded_at")
    return [one for one in rows if one.valid_on in (None, today)]


def decision_fact(row: Decision | None) -> DecisionFact | None:
    if row is None:
        return None
    return DecisionFact(
        id=str(row.pk),
        outcome=row.outcome,
        decided_on=row.decided_on,
        valid_until=row.valid_until,
        reevaluate_on=row.reevaluate_on,
        occurred_at=row.occurred_at,
        conditions=row.conditions if row.outcome == "approved_with_conditions" else "",
    )


def _consent(row: Consent) -> ConsentFact:
    return ConsentFact(
        id=str(row.pk),
        consent_type=row.consent_type,
        signed_at=row.signed_at,
        valid_until=row.valid_until,
        targets=frozenset(str(t.target_id) for t in row.targets.all()),
        harvest_sites=frozenset(row.harvest_sites),
        sedation=row.sedation,
        proceduralist_id=row.proceduralist_id,
    )
