"""The steps of a recovery: planned, told, and still to be looked at."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from procedures.follow_up import milestones as rules
from procedures.follow_up.milestones import Milestone, from_data
from procedures.follow_up.selectors import ENDED
from procedures.models import (
    Episode,
    EpisodeMilestone,
    FollowUp,
    MilestoneReport,
    MilestoneVersion,
)
from procedures.records import current_rows


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one patient, its words, and what was told of it last."""

    row: EpisodeMilestone
    words: Milestone
    report: MilestoneReport | None

    @property
    def is_reached(self) -> bool:
        """Return True if it was told that it is reached."""
        return self.report is not None and self.report.answer == rules.REACHED


def in_force() -> tuple[MilestoneVersion, tuple[Milestone, ...]]:
    """The newest version and its steps in order."""
    version = MilestoneVersion.objects.latest("pk")
    return version, tuple(from_data(entry) for entry in version.milestones)


def steps(episode: Episode) -> list[Step]:
    """The steps of an episode in order, each with what was told of it last."""
    return [_step(row) for row in _with_reports(episode.milestones.all())]


def step(milestone_id: UUID, clinic_id: int) -> Step | None:
    """One step of a patient of that clinic, or None."""
    rows = EpisodeMilestone.objects.filter(
        pk=milestone_id, episode__clinic_id=clinic_id
    )
    found = _with_reports(rows.select_related("episode__patient")).first()
    return _step(found) if found else None


def asked(follow_up: FollowUp) -> list[Step]:
    """The steps that contact asks for: those not reached before it."""
    rows = EpisodeMilestone.objects.filter(
        episode_id=follow_up.episode_id, asked_at__contains=[follow_up.code]
    )
    return [
        one
        for one in map(_step, _with_reports(rows.order_by("position")))
        if not one.is_reached
        or (one.report and one.report.follow_up_id == follow_up.pk)
    ]


def unreached(today: date) -> QuerySet[EpisodeMilestone]:
    """The steps whose window has closed before that day and that nobody has been
    asked to look at, unless they were reached; of every clinic."""
    reached = current_rows(MilestoneReport.objects).filter(
        milestone=OuterRef("pk"), answer=rules.REACHED
    )
    rows = EpisodeMilestone.objects.filter(
        asked_for_at=None,
        window_to__lt=today + timedelta(days=1),
        episode__patient__standing="",
    )
    rows = rows.exclude(Exists(reached)).exclude(episode__stage__in=ENDED)
    return rows.select_related("episode__clinic").order_by("window_to", "pk")


def history(milestone_ids: Collection[UUID]) -> QuerySet[MilestoneReport]:
    """Everything told of these steps, the newest first."""
    rows = MilestoneReport.objects.filter(milestone__in=milestone_ids)
    return rows.order_by("-recorded_at")


def _with_reports(rows: QuerySet[EpisodeMilestone]) -> QuerySet[EpisodeMilestone]:
    current = current_rows(MilestoneReport.objects)
    return rows.select_related("version").prefetch_related(
        Prefetch("reports", queryset=current, to_attr="in_force")
    )


def _step(row: EpisodeMilestone) -> Step:
    entry = next(one for one in row.version.milestones if one["code"] == row.code)
    reports: list[MilestoneReport] = getattr(row, "in_force", [])
    return Step(row, from_data(entry), next(iter(reports), None))
