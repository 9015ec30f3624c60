"""Reads what the guards of the day need."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum

from clinics import selectors as clinics
from procedures.facts.day import (
    DayFacts,
    FollowUpFact,
    HarvestFact,
    ProductFact,
    TimeOutFact,
)
from procedures.models import (
    Episode,
    Evaluation,
    EvaluationMedication,
    FollowUp,
    Harvest,
    Processing,
    Product,
    Release,
    TimeOut,
)
from procedures.records import current_rows
from procedures.rules import selectors as rules
from procedures.rules.candidacy import Rule
from procedures.rules.drug_names import classes_of, drug_key

# Drugs whose last dose decides about the day.
HELD_CLASSES = frozenset(
    {
        "nsaid",
        "anticoagulant",
        "antiplatelet",
        "systemic_steroid",
    }
)
LOW_VIABILITY_PCT = 70


def day_facts(
    episode: Episode,
    evaluation: Evaluation | None,
    now: datetime,
    *,
    zone: ZoneInfo,
    limit: timedelta,
    in_use: Sequence[Rule] = (),
) -> DayFacts:
    """The visit's records as the guards see them at `now`, by the rules in use.

    `limit` is how long after the first draw a product may be used. Read before each
    act, and so each kind of record once.
    """
    today = now.astimezone(zone).date()
    drugs = list(evaluation.medications.all()) if evaluation else []
    follow_ups = tuple(_follow_up(row) for row in episode.follow_ups.all())
    injections = list(current_rows(episode.injections))
    drawn = current_harvest(episode)
    check_in = current_rows(episode.checkins).first()
    return DayFacts(
        zone=zone,
        follow_ups=follow_ups,
        open_follow_ups=tuple(
            f.code for f in follow_ups if f.state == "planned" and f.window_to >= today
        ),
        biological_sex=episode.patient.biological_sex,
        age_years=rules.age(episode.patient.birth_date, today),
        weight_kg=evaluation.weight_kg if evaluation else Decimal(0),
        allergies=frozenset(evaluation.allergies if evaluation else ()),
        held_drugs=tuple(d.name for d in drugs if _is_held(d)),
        drug_classes=_drug_classes(drugs),
        nsaid_hold_days=_hold_days(in_use),
        product_limit=limit,
        open_incidents=tuple(
            str(row.pk) for row in episode.scan_incidents.filter(resolution=None)
        ),
        checked_in_at=check_in.occurred_at if check_in else None,
        has_vitals=current_rows(episode.vitalssets).filter(purpose="check_in").exists(),
        marked=_ids(current_rows(episode.sitemarks), "target_id"),
        time_outs=_time_outs(episode),
        hand_offs=frozenset(
            current_rows(episode.handoffs).values_list("kind", flat=True)
        ),
        harvest=_harvest(episode, drawn),
        product=_product(episode, drawn, limit),
        injected=frozenset(str(row.target_id) for row in injections),
        not_done=_ids(current_rows(episode.notdones), "target_id"),
        injected_until=max((row.end_at for row in injections), default=None),
        used_ml=sum((row.volume_ml for row in injections), _elsewhere_ml(episode)),
    )


def used_ml(episode: Episode) -> Decimal:
    """Concentrate injected, kept and discarded, by the current rows."""
    injected = current_rows(episode.injections)
    return _sum_ml(injected) + _elsewhere_ml(episode)


def _elsewhere_ml(episode: Episode) -> Decimal:
    """Concentrate kept and discarded."""
    return _sum_ml(current_rows(episode.dispositions).filter(product__kind="C"))


def _sum_ml(rows: QuerySet[Any]) -> Decimal:
    return rows.aggregate(sum=Sum("volume_ml"))["sum"] or Decimal(0)


def current_harvest(episode: Episode) -> Harvest | None:
    return current_rows(episode.harvests).first()


def current_processing(episode: Episode) -> Processing | None:
    return current_rows(episode.processings).first()


def aspirate(episode: Episode) -> Product | None:
    return episode.products.filter(kind="A").order_by("-number").first()


def concentrate(episode: Episode) -> Product | None:
    return episode.products.filter(kind="C").order_by("-number").first()


def current_release(episode: Episode) -> Release | None:
    return current_rows(episode.releases).first()


def _ids(rows: object, name: str) -> frozenset[str]:
    return frozenset(str(pk) for pk in rows.values_list(name, flat=True))  # type: ignore[attr-defined]


def _drug_classes(drugs: Sequence[EvaluationMedication]) -> dict[str, str]:
    # A drug that is listed under two classes is held if one of them is.
    rows = sorted(drugs, key=_is_held)
    return {drug_key(row.name): row.drug_class for row in rows}


def _is_held(drug: EvaluationMedication) -> bool:
    return bool((classes_of(drug.name) | {drug.drug_class}) & HELD_CLASSES)


def _hold_days(in_use: Sequence[Rule]) -> int:
    rule = next((r for r in in_use if r.code == "MED-NSAID-01"), None)
    return int(rule.parameters["hold_days"]) if rule else 7


def _time_outs(episode: Episode) -> dict[int, TimeOutFact]:
    rows = current_rows(episode.timeouts).order_by("occurred_at")
    return {row.number: time_out_fact(row) for row in rows}


def time_out_fact(row: TimeOut) -> TimeOutFact:
    return TimeOutFact(str(row.pk), row.occurred_at, row.valid_until)


def _harvest(episode: Episode, row: Harvest | None) -> HarvestFact | None:
    container = aspirate(episode) if row else None
    if row is None or container is None:
        return None
    return HarvestFact(
        product_code=container.code,
        start_at=row.start_at,
        end_at=row.end_at,
        first_aliquot_at=row.first_aliquot_at,
        aspirate_ml=row.total_aspirate_ml,
        anticoagulant_ml=row.anticoagulant_ml,
    )


def _product(
    episode: Episode, drawn: Harvest | None, limit: timedelta
) -> ProductFact | None:
    ever = list(episode.processings.select_related("concentrate"))
    row = next((one for one in ever if one.superseded_at is None), None)
    if row is None:
        return None
    release = current_release(episode)
    return ProductFact(
        code=row.concentrate.code,
        collected_on=row.concentrate.collected_on,
        operator_id=row.operator_id,
        start_at=row.start_at,
        end_at=row.end_at,
        bmc_ml=row.bmc_ml,
        regulatory_hold=any(one.regulatory_hold for one in ever),
        entered_at=row.recorded_at,
        needs_physician=any(_is_doubtful(one) for one in ever),
        released_at=release.released_at if release else None,
        release_entered_at=release.recorded_at if release else None,
        expires_at=_ends(release, drawn, limit),
    )


def expires_at(episode: Episode) -> datetime | None:
    """The end of the released product's use."""
    limit = clinics.clinic(episode.clinic_id).product_limit_minutes
    return _ends(
        current_release(episode), current_harvest(episode), timedelta(minutes=limit)
    )


def _ends(
    release: Release | None, drawn: Harvest | None, limit: timedelta
) -> datetime | None:
    """The release tells it, by the harvest as it was known; a harvest that turns out
    to have begun earlier brings it forward, and none puts it off. The database reckons
    likewise (procedures_expires_at)."""
    if release is None or drawn is None:
        return release.expires_at if release else None
    return min(release.expires_at, drawn.first_aliquot_at + limit)


def was_held(episode: Episode) -> bool:
    """True if any processing was ever on hold: no correction lifts that."""
    return episode.processings.filter(regulatory_hold=True).exists()


def was_doubtful(episode: Episode) -> bool:
    """True if a physician must accept the product, by any processing on record."""
    return any(_is_doubtful(row) for row in episode.processings.all())


def _is_doubtful(row: Processing) -> bool:
    viability = row.viability_pct
    low = viability is not None and viability < LOW_VIABILITY_PCT
    return row.clots or row.leak or low


def _follow_up(row: FollowUp) -> FollowUpFact:
    return FollowUpFact(
        code=row.code,
        state=row.state,
        window_from=row.window_from,
        window_to=row.window_to,
        answered=row.answered_at is not None,
    )
