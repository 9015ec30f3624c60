"""A correction that bears on what was done with the record before: somebody looks.

The texts are neutral, as tasks are read by those who plan, too; what changed is in the
records.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from patients.services import tasks
from procedures import stop_records
from procedures.context import Context
from procedures.facts import day_selectors
from procedures.facts import selectors as facts
from procedures.facts.reason import GuardReason
from procedures.models import Evaluation, Harvest, Processing, Record
from procedures.records import current_rows
from procedures.rules import anaesthetics, vitals
from procedures.rules import selectors as rules
from procedures.rules.candidacy import Level, fired
from procedures.rules.stops import Finding

LOOK_WITHIN = timedelta(hours=4)
ALARM_WITHIN = timedelta(hours=1)
ML_PER_KG = 4
# These tell something and decide nothing.
SILENT = frozenset({Level.INSTRUCT, Level.INFO})


def after_evaluation(context: Context, old: Evaluation, new: Evaluation) -> None:
    """The rules asked again, on the day of the decision that rests on them."""
    decision, looks = facts.decision(context.episode), []
    if decision is not None:
        before = _fired(context, old, decision.decided_on)
        after = _fired(context, new, decision.decided_on)
        if before != after:
            looks.append(f"the decision of {decision.decided_on:%Y-%m-%d}")
            context.payload["rules_differ"] = sorted(
                {code for code, _ in before ^ after}
            )
    harvest = day_selectors.current_harvest(context.episode)
    if harvest is not None and _no_longer_fits(harvest, new.weight_kg):
        looks.append("the harvest")
    if looks:
        _ask(context, "evaluation", new, looks)


def after_stopped_harvest(context: Context, row: Harvest) -> None:
    """Drawn before the finding was made, told after: the aspirate has no way on."""
    if any(stop.is_open and stop.is_hard for stop in context.facts.stops):
        tasks.open(
            clinic_id=context.episode.clinic_id,
            kind="stop",
            text="A harvest had begun before a stop: say what becomes of the aspirate.",
            owner_role="clinician",
            patient_id=context.episode.patient_id,
            subject=f"harvest:{row.pk}",
            due_at=context.now + ALARM_WITHIN,
            by=context.by,
            now=context.now,
        )


def _fired(context: Context, row: Evaluation, on: Any) -> set[tuple[str, Level]]:
    born = context.episode.patient.birth_date
    hits = fired(context.facts.rules, rules.findings(row, born, on), on)
    return {(hit.code, hit.level) for hit in hits if hit.level not in SILENT}


def _no_longer_fits(harvest: Harvest, weight_kg: Decimal) -> bool:
    """True if the guards would have refused the harvest at this weight."""
    given = anaesthetics.doses(
        [
            {"agent": g.agent, "percent": g.percent, "volume_ml": g.volume_ml}
            for g in harvest.anaesthetics.all()
        ]
    )
    too_much = anaesthetics.fraction_of_highest(given, weight_kg) > 1
    return too_much or harvest.total_aspirate_ml > ML_PER_KG * weight_kg


def after_vitals(context: Context, row: Record, values: Mapping[str, Any]) -> None:
    """Values that would have stopped the day, or the way home; a fever still does."""
    if vitals.has_fever(values):
        text = f"INF-01: temperature {values['temperature_c']} °C, by a correction."
        seen = Finding(rule="INF-01", question="infection")
        stop_records.keep(context, [GuardReason("INF-01", text, "", seen)])
    if vitals.has_fever(values) or vitals.stops(values):
        _ask(context, "vitals", row, ["the vital signs, and whether the day goes on"])


def after_processing(
    context: Context, new: Processing, *, was_held: bool, was_doubtful: bool
) -> None:
    """A product that is on hold, or wants a physician, only since the correction."""
    episode = context.episode
    given = current_rows(episode.injections).exists()
    released = day_selectors.current_release(episode) is not None
    if new.regulatory_hold and not was_held and given:
        _alarm(context, new, "held")
    elif new.regulatory_hold and not was_held and released:
        _ask(context, "processing", new, ["the product, which is not given"])
    if day_selectors.was_doubtful(episode) and not was_doubtful and released:
        _ask(context, "release", new, ["the release of the product"])


def after_harvest(context: Context, new: Harvest) -> None:
    """A product whose time ran out earlier than its release had told."""
    episode = context.episode
    release, ends = (
        day_selectors.current_release(episode),
        day_selectors.expires_at(episode),
    )
    if release is None or ends is None or ends >= release.expires_at:
        return
    given = current_rows(episode.injections)
    if given.filter(end_at__gt=ends).exists():
        _alarm(context, new, "expired")
    elif not given.exists():
        _ask(context, "harvest", new, ["the product, which expires earlier"])


def at_the_kit(context: Context, row: Processing) -> None:
    """A kit that had expired, as a correction says that was refused for it."""
    _ask(context, "processing", row, ["the kit, which had expired"])


ALARMS = {
    "held": (
        "A corrected record puts a product on hold that was given already. "
        "Look at the processing, and record an adverse event."
    ),
    "expired": (
        "A corrected record shows that a product was given after its time had run "
        "out. Look at the harvest, and record an adverse event."
    ),
}


def _alarm(context: Context, row: Processing | Harvest, why: str) -> None:
    kind = "processing" if isinstance(row, Processing) else "harvest"
    tasks.open(
        clinic_id=context.episode.clinic_id,
        kind=f"product-{why}-after-injection",
        text=ALARMS[why],
        owner_role="medical_director",
        patient_id=context.episode.patient_id,
        subject=f"{kind}:{row.pk}",
        due_at=context.now + ALARM_WITHIN,
        by=context.by,
        now=context.now,
    )
    context.payload["alarm"] = f"{why}-after-injection"


def _ask(context: Context, kind: str, row: Record, looks: list[str]) -> None:
    tasks.open(
        clinic_id=context.episode.clinic_id,
        kind="correction-review",
        text="A record was corrected after others relied on it. Look at "
        f"{' and '.join(looks)}, and say whether it still holds.",
        owner_role="clinician",
        patient_id=context.episode.patient_id,
        subject=f"{kind}:{row.pk}",
        due_at=context.now + LOOK_WITHIN,
        by=context.by,
        now=context.now,
    )
