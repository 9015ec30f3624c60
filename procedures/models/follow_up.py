"""After the day: planned contacts, what patients answered, and the scores."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.models import UuidModel
from procedures import day_vocabulary as words
from procedures.models.day import not_in_the_future
from procedures.models.signature import (
    Record,
    between,
    correction_is_explained,
    one_current,
)

STATES = words.words("planned", "answered", "missed", "cancelled")


class InstrumentVersion(models.Model):
    """A questionnaire as it was when it was asked; never edited, only added to."""

    key = models.CharField(max_length=24)
    version = models.CharField(max_length=16)
    definition = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="instrument_version_once", fields=["key", "version"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"


class TimetableVersion(models.Model):
    """The milestones after an injection, by version; the newest row is in force."""

    version = models.CharField(max_length=16, unique=True)
    milestones = models.JSONField()

    def __str__(self) -> str:
        return self.version


class FollowUp(UuidModel):
    """One planned contact. Only its state moves on; its dates never do."""

    episode = models.ForeignKey(
        "procedures.Episode", models.PROTECT, related_name="follow_ups"
    )
    code = models.CharField(max_length=8)
    position = models.PositiveSmallIntegerField()
    mode = models.CharField(max_length=8, choices=words.words("remote", "visit"))
    target_on = models.DateField()
    window_from = models.DateField()
    window_to = models.DateField()
    asks = ArrayField(models.CharField(max_length=16))
    timetable = models.ForeignKey(TimetableVersion, models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=STATES, default="planned")
    planned_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                name="follow_up_planned_once", fields=["episode", "code"]
            ),
            models.CheckConstraint(
                name="follow_up_target_lies_in_its_window",
                condition=Q(window_from__lte=models.F("target_on"))
                & Q(window_to__gte=models.F("target_on")),
            ),
            models.CheckConstraint(
                name="follow_up_answered_has_a_time",
                condition=~Q(state="answered") | Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="follow_up_state_is_known",
                condition=Q(state__in=[state for state, _ in STATES]),
            ),
        ]
        indexes = [
            models.Index(
                name="follow_up_open",
                fields=["window_to"],
                condition=Q(state="planned"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} of episode {self.episode_id}"


class Response(Record):
    """Answers of a patient at one contact; `occurred_at` is when they told it."""

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="responses")
    language = models.CharField(max_length=8, default="en")
    nrs = models.PositiveSmallIntegerField(null=True, blank=True)
    temperature_c = models.DecimalField(
        max_digits=3, decimal_places=1, null=True, blank=True
    )
    swelling = models.CharField(max_length=8, choices=words.SWELLING, blank=True)
    bears_weight = models.BooleanField(null=True)
    warning_signs = ArrayField(models.CharField(max_length=40), default=list)
    note = models.CharField(max_length=1000, blank=True)
    flags = ArrayField(models.CharField(max_length=40), default=list)
    tier = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future(),
            one_current("follow_up", name="follow_up_is_answered_once"),
            between("nrs", 0, 10, name="response_nrs"),
            between("temperature_c", 30, 43, name="response_temperature"),
            between("tier", 1, 4, name="response_tier"),
        ]

    def __str__(self) -> str:
        return f"Response to {self.follow_up_id}"


class InstrumentResponse(Record):
    """The raw answers to one questionnaire, with its score if it was complete.

    `occasion` is "baseline" or the follow-up's code. Answers and score are never
    edited; the version names the items and the table that made the score.
    """

    occasion = models.CharField(max_length=8)
    follow_up = models.ForeignKey(
        FollowUp,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instrument_responses",
    )
    instrument = models.ForeignKey(
        InstrumentVersion, models.PROTECT, related_name="responses"
    )
    answers = models.JSONField()
    raw_score = models.PositiveSmallIntegerField(null=True)
    score = models.DecimalField(max_digits=7, decimal_places=3, null=True)

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future(),
            one_current(
                "episode", "occasion", "instrument", name="instrument_answered_once"
            ),
            models.CheckConstraint(
                name="score_and_raw_score_go_together",
                condition=Q(score=None, raw_score=None)
                | Q(score__isnull=False, raw_score__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} at {self.occasion}"


class DraftAnswer(models.Model):
    """An answer given and not yet submitted, so that a form can be resumed."""

    follow_up = models.ForeignKey(
        FollowUp, models.CASCADE, related_name="draft_answers"
    )
    question = models.CharField(max_length=40)
    value = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="draft_answer_per_question", fields=["follow_up", "question"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.question} of {self.follow_up_id}"


class SaidAnswer(models.Model):
    """An answer as it was given at one press, and what it replaced; never changed.

    `flags` are the warning signs that this press told for the first time.
    """

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="said")
    question = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    value = models.JSONField(null=True)
    flags = ArrayField(models.CharField(max_length=40), default=list)
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.question} of {self.follow_up_id}"
