"""Patients who died, or who asked not to be contacted."""

from django.db import models
from django.db.models import F, Q

from patients.models.patient import Standing

WORDS_LENGTH = 200


class Departure(models.Model):
    """The reason that nothing leaves for a patient, who said so and who wrote it down.

    A slip is taken back on the same row, once; the row itself stays.
    """

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="departures"
    )
    kind = models.CharField(
        max_length=16,
        choices=[choice for choice in Standing.choices if choice[0]],
    )
    # The day of the death, if it is known.
    died_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=WORDS_LENGTH)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=100)
    recorded_by_name = models.CharField(max_length=200, blank=True, default="")
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.CharField(max_length=100, blank=True, default="")
    taken_back_reason = models.CharField(
        max_length=WORDS_LENGTH, blank=True, default=""
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="departure_stands_once",
                fields=["patient", "kind"],
                condition=Q(taken_back_at=None),
            ),
            models.CheckConstraint(
                name="departure_kind_is_known",
                condition=Q(kind__in=[value for value in Standing.values if value]),
            ),
            models.CheckConstraint(
                name="departure_says_from_whom", condition=Q(source__regex=r"\S")
            ),
            models.CheckConstraint(
                name="departure_day_is_of_a_death",
                condition=Q(died_on=None) | Q(kind="deceased"),
            ),
            models.CheckConstraint(
                name="departure_taken_back_whole",
                condition=Q(taken_back_at=None, taken_back_by="", taken_back_reason="")
                | (
                    Q(taken_back_at__gte=F("recorded_at"))
                    & ~Q(taken_back_by="")
                    & Q(taken_back_reason__regex=r"\S")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of patient {self.patient_id}"
