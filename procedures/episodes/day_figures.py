"""The day of an episode in figures, and the records of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from procedures.facts.day_selectors import (
    current_harvest,
    current_processing,
    expires_at,
    used_ml,
)
from procedures.models import Episode
from procedures.records import current_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDay:
    """Figures of the day; None for what has not happened yet. Times in whole
    minutes, volumes in mL, cells in millions."""

    arrived_at: datetime | None = None
    discharged_at: datetime | None = None
    clinic_minutes: int | None = None
    procedure_minutes: int | None = None
    minutes_since_harvest: int | None = None
    aspirate_ml: Decimal | None = None
    anticoagulant_ml: Decimal | None = None
    input_ml: Decimal | None = None
    bmc_ml: Decimal | None = None
    injected_ml: Decimal | None = None
    qc_retained_ml: Decimal | None = None
    discarded_ml: Decimal | None = None
    tnc_total_e6: Decimal | None = None
    anaesthetic_fraction: Decimal | None = None
    used_ml: Decimal | None = None
    expires_at: datetime | None = None


def run_day(episode: Episode) -> RunDay:
    """The figures of the current rows.

    At the clinic: arrival to discharge. Of the procedure: first time-out to the end
    of the last injection. Since harvest: its end to the first injection's start.
    """
    check_in = current_rows(episode.checkins).first()
    discharge = current_rows(episode.discharges).first()
    injections = list(current_rows(episode.injections).order_by("start_at"))
    first_pause = (
        current_rows(episode.timeouts).filter(number=1).order_by("occurred_at").first()
    )
    harvest, processing = current_harvest(episode), current_processing(episode)
    arrived_at = check_in.arrived_at if check_in else None
    discharged_at = discharge.occurred_at if discharge else None
    last_end = max((row.end_at for row in injections), default=None)
    first_start = injections[0].start_at if injections else None
    return RunDay(
        arrived_at=arrived_at,
        discharged_at=discharged_at,
        clinic_minutes=minutes(arrived_at, discharged_at),
        procedure_minutes=minutes(
            first_pause.occurred_at if first_pause else None, last_end
        ),
        minutes_since_harvest=minutes(harvest.end_at if harvest else None, first_start),
        aspirate_ml=harvest.total_aspirate_ml if harvest else None,
        anticoagulant_ml=harvest.anticoagulant_ml if harvest else None,
        anaesthetic_fraction=harvest.anaesthetic_fraction if harvest else None,
        input_ml=processing.input_ml if processing else None,
        bmc_ml=processing.bmc_ml if processing else None,
        tnc_total_e6=processing.tnc_total_e6 if processing else None,
        injected_ml=sum((row.volume_ml for row in injections), Decimal(0)),
        qc_retained_ml=_disposed(episode, "qc_retained"),
        discarded_ml=_disposed(episode, "discarded"),
        used_ml=used_ml(episode),
        expires_at=expires_at(episode),
    )


def minutes(start: datetime | None, end: datetime | None) -> int | None:
    """Whole minutes from start to end; None while one is missing."""
    if start is None or end is None:
        return None
    return int((end - start).total_seconds() // 60)


def _disposed(episode: Episode, kind: str) -> Decimal:
    rows = current_rows(episode.dispositions).filter(kind=kind, product__kind="C")
    return sum(rows.values_list("volume_ml", flat=True), Decimal(0))
