"""Planned contacts, for pages and for what is told to patients."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from procedures.follow_up import contacts
from procedures.follow_up.timetable import VISIT, YEARLY, Planned
from procedures.follow_up.timing import Timing, timing
from procedures.models import Episode, EpisodeVisit, FollowUp
from procedures.pathway import Act, allows
from procedures.records import current_rows

# Missing the later questionnaires is worth a call; the early contacts have others.
WORTH_A_CALL = frozenset({"W6", "M3", "M6", "M12"})
# After these nobody is asked any more. An aborted day may have had its injection.
ENDED = ("completed", "lost_to_follow_up", "converted_to_surgery")


# Nobody asks for these any more: the path ended. Yearly rounds follow a completed one.
OVER = Q(episode__stage__in=ENDED) & ~Q(episode__stage="completed", code__in=YEARLY)


def _is_over(follow_up: FollowUp) -> bool:
    stage = follow_up.episode.stage
    if stage == "completed" and follow_up.code in YEARLY:
        return False
    return stage in ENDED


def waits(follow_up: FollowUp) -> bool:
    """True while the patient's answers are wanted."""
    return follow_up.state == "planned" and not _is_over(follow_up)


def takes_answers(follow_up: FollowUp) -> bool:
    """True while the patient may answer its questions by link."""
    return waits(follow_up) and allows(follow_up.episode.stage, Act.RESPOND)


def keeps_calls(follow_up: FollowUp) -> bool:
    """True if calls not made in its window are still to be made: those of an early
    contact, for a later one that was missed opens a call of its own."""
    is_missed = follow_up.state == "missed" and follow_up.answered_at is None
    ended = _is_over(follow_up)
    return is_missed and not ended and follow_up.code not in WORTH_A_CALL


def to_ask(today: date, to_book_by: date) -> QuerySet[FollowUp]:
    """The contacts of every clinic whose answers are due by that day, and those that
    are visits and are to be booked by then."""
    rows = FollowUp.objects.filter(
        Q(target_on__lte=today) | Q(mode=VISIT, target_on__lte=to_book_by),
        state="planned",
        window_to__gte=today - timedelta(days=1),
    ).exclude(OVER)
    return rows.select_related("episode", "episode__patient__clinic").order_by("pk")


def by_id(ids: Collection[UUID]) -> QuerySet[FollowUp]:
    """These contacts with their episodes and patients."""
    rows = FollowUp.objects.filter(pk__in=ids)
    return rows.select_related("episode", "episode__patient__clinic").order_by("pk")


def follow_up(follow_up_id: UUID) -> FollowUp | None:
    """One planned contact with its episode, or None."""
    rows = FollowUp.objects.select_related("episode", "episode__patient")
    return rows.filter(pk=follow_up_id).first()


def follow_ups_by_id(follow_up_ids: Collection[UUID]) -> dict[UUID, FollowUp]:
    """These planned contacts, each with its episode."""
    return FollowUp.objects.select_related("episode").in_bulk(follow_up_ids)


def of_episode(episode: Episode) -> QuerySet[FollowUp]:
    """The contacts of an episode in order."""
    return episode.follow_ups.order_by("position")


def next_contact(episode: Episode, after: date) -> FollowUp | None:
    """The first contact of an episode planned for later than that day, or None."""
    rows = of_episode(episode).filter(state="planned", target_on__gt=after)
    return None if episode.stage in ENDED else rows.order_by("target_on").first()


def planned(patient_id: UUID) -> QuerySet[FollowUp]:
    """The contacts of a patient that wait for an answer, in order."""
    rows = FollowUp.objects.filter(episode__patient_id=patient_id, state="planned")
    return rows.select_related("episode").order_by("target_on", "position")


def due(clinic_id: int, today: date) -> QuerySet[FollowUp]:
    """The contacts of a clinic whose window is open on that clinic-local day."""
    rows = FollowUp.objects.filter(
        episode__clinic_id=clinic_id,
        state="planned",
        window_from__lte=today,
        window_to__gte=today,
    )
    return rows.select_related("episode", "episode__patient").order_by("target_on")


def unanswered(clinic_id: int, today: date) -> QuerySet[FollowUp]:
    """The contacts of a clinic that are due, overdue or missed and not answered, the
    one whose window closes first first."""
    rows = FollowUp.objects.filter(
        episode__clinic_id=clinic_id,
        state__in=("planned", "missed"),
        answered_at=None,
        target_on__lte=today,
    ).exclude(OVER)
    return rows.select_related("episode", "episode__patient").order_by(
        "window_to", "target_on", "pk"
    )


def unanswered_of(patient_id: UUID) -> QuerySet[FollowUp]:
    """The contacts of a patient that were not answered, in order."""
    rows = FollowUp.objects.filter(
        episode__patient_id=patient_id,
        state__in=("planned", "missed"),
        answered_at=None,
    ).exclude(OVER)
    return rows.select_related("episode").order_by("target_on", "position")


def timing_of(
    follow_up: FollowUp, today: date, visit_at: datetime | None = None
) -> Timing:
    """State of a contact on that clinic-local day; `visit_at`: its visit's start."""
    row = follow_up
    plan = Planned(row.code, row.mode, row.target_on, row.window_from, row.window_to)
    visit_on = contacts.local_day(row.episode, visit_at) if visit_at else None
    is_answered = row.answered_at is not None
    return timing(row.state, plan, today, is_answered=is_answered, visit_on=visit_on)


def visits_for(rows: Collection[FollowUp]) -> dict[UUID, datetime]:
    """Start of the live visit booked for each contact, by contact; one statement."""
    booked = EpisodeVisit.objects.filter(
        episode__in={row.episode_id for row in rows}, released_at=None
    ).exclude(contact="")
    starts = {(one.episode_id, one.contact): one.starts_at for one in booked}
    keys = {row.pk: (row.episode_id, row.code) for row in rows}
    return {pk: starts[key] for pk, key in keys.items() if key in starts}


def of_contact(episode_id: UUID, code: str) -> UUID | None:
    """The id of the episode's contact of that code, None before the injection."""
    rows = FollowUp.objects.filter(episode_id=episode_id, code=code)
    return rows.values_list("pk", flat=True).first()


def tier_of(follow_up: FollowUp) -> int | None:
    """Return the tier of the answers in force, 1 the gravest; None without any."""
    rows = current_rows(follow_up.responses)
    return rows.values_list("tier", flat=True).first()


def unanswered_codes(episode: Episode) -> frozenset[str]:
    """Codes of the contacts that nobody has answered."""
    rows = of_episode(episode).filter(answered_at=None)
    return frozenset(rows.values_list("code", flat=True))


def pressing(clinic_id: int, today: date) -> int:
    """The number of contacts due today or overdue whose window is still open."""
    rows = unanswered(clinic_id, today)
    return rows.filter(state="planned", window_to__gte=today).count()
