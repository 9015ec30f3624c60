"""A plan that repairs a day after an absence: one line per affected visit."""

from django.db import models
from django.db.models import Q

from core.models import UuidModel


class RepairPlan(UuidModel):
    """Proposals for the visits in an absence's way.

    A worker makes it while it is "planning": `asked_at` is when that was asked for,
    `tries` how often a worker began, `stage` how far it is. It is carried out line by
    line, one transaction per patient, so it can stop anywhere and go on.

    `method` says whether the plan is proven best ("exact"), the best found within the
    limit ("found"), made one by one ("greedy"; `because` says why), or was changed
    since ("by-hand"). A plan that is being made for the first time has none.
    """

    class State(models.TextChoices):
        PLANNING = "planning"
        PROPOSED = "proposed"
        APPLYING = "applying"
        APPLIED = "applied"
        UNDOING = "undoing"
        UNDONE = "undone"
        DROPPED = "dropped"

    class Method(models.TextChoices):
        EXACT = "exact"
        FOUND = "found"
        GREEDY = "greedy"
        BY_HAND = "by-hand"

    class Because(models.TextChoices):
        NO_SOLVER = "no-solver"
        NO_WORKER = "no-worker"
        STOPPED = "stopped"
        FAILED = "failed"

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    absence = models.ForeignKey(
        "scheduling.Absence", models.PROTECT, related_name="plans"
    )
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.PROPOSED
    )
    method = models.CharField(max_length=10, choices=Method.choices, blank=True)
    because = models.CharField(max_length=10, choices=Because.choices, blank=True)
    stage = models.CharField(max_length=20, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    made_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["absence"],
                condition=Q(state__in=["planning", "proposed", "applying", "undoing"]),
                name="repair_plan_one_at_work",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "planning",
                        "proposed",
                        "applying",
                        "applied",
                        "undoing",
                        "undone",
                        "dropped",
                    ]
                )
                & Q(method__in=["", "exact", "found", "greedy", "by-hand"])
                & Q(because__in=["", "no-solver", "no-worker", "stopped", "failed"]),
                name="repair_plan_words_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planning", "dropped"]) | ~Q(method=""),
                name="repair_plan_says_how_it_was_made",
            ),
            models.CheckConstraint(
                condition=~Q(state="planning") | Q(asked_at__isnull=False),
                name="repair_plan_being_made_was_asked_for",
            ),
        ]

    def __str__(self) -> str:
        return f"repair plan {self.pk}"


class RepairLine(models.Model):
    """Proposal for one visit, and what came of it.

    `claims` are the reservations proposed, `{"resource", "start", "end", "need"}`.
    A locked line is kept as it is when the rest is planned anew. Lines are carried out
    by `turn`, and taken back the other way round; each comes `after` those whose time
    it takes, which are named by their positions.
    """

    class Way(models.TextChoices):
        SAME_TIME = "same-time"
        SAME_DAY = "same-day"
        FIRST_OPENING = "first-opening"
        CALL = "call"

    class State(models.TextChoices):
        PROPOSED = "proposed"
        DONE = "done"
        FAILED = "failed"
        UNDONE = "undone"

    plan = models.ForeignKey(RepairPlan, models.PROTECT, related_name="lines")
    conflict = models.ForeignKey(
        "scheduling.Conflict", models.PROTECT, related_name="lines"
    )
    appointment = models.ForeignKey(
        "scheduling.Appointment", models.PROTECT, related_name="+"
    )
    appointment_version = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    turn = models.PositiveSmallIntegerField(default=0)
    after = models.JSONField(default=list, blank=True)
    way = models.CharField(max_length=16, choices=Way.choices)
    start = models.DateTimeField(null=True, blank=True)
    claims = models.JSONField(default=list, blank=True)
    locked = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.PROPOSED
    )
    detail = models.CharField(max_length=300, blank=True)
    move = models.ForeignKey(
        "scheduling.AppointmentMove",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "appointment"], name="repair_line_once_per_visit"
            ),
            models.CheckConstraint(
                condition=Q(way="call", start=None)
                | Q(
                    way__in=["same-time", "same-day", "first-opening"],
                    start__isnull=False,
                ),
                name="repair_line_has_a_start_or_a_call",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "done", "failed", "undone"]),
                name="repair_line_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.position} of plan {self.plan_id}"
