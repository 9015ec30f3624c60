"""Caps on a sender's enquiries, counted in the database by salted hash."""

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from core import locks
from core.problems import Problem
from patients.domain.enquiry import WINDOW, is_over, most_allowed
from patients.models import EnquirySource

SALT = "patients.enquiry_caps.source"
KEPT_FOR = timedelta(days=1)


class TooMany(Problem):
    """`retry_after_seconds` is how long until the next one is taken."""

    code = "too-many-enquiries"
    status = 429
    title = "Too many enquiries came from here"

    def __init__(self, retry_after_seconds: int) -> None:
        minutes = -(-retry_after_seconds // 60)
        super().__init__(
            f"Please try again in {minutes} min, or call the clinic.",
            retry_after_seconds=retry_after_seconds,
        )


def count(*, clinic_id: int, source: str, real_now: datetime) -> None:
    """Count one more from `source` (an address) and from everybody.

    Raises TooMany when the hour's share is used up; caps run on real time.
    """
    for source_hash in (hash_of(source), ""):
        _count(clinic_id, source_hash, real_now)


def hash_of(source: str) -> str:
    """A sender's address as it is kept: keyed, so that it cannot be guessed back."""
    return salted_hmac(SALT, source, algorithm="sha256").hexdigest()


def forget_old(*, real_now: datetime) -> int:
    """Drop counts of past days; how many went."""
    old = EnquirySource.objects.filter(hour_at__lt=real_now - KEPT_FOR)
    return old.delete()[0]


def _count(clinic_id: int, source_hash: str, real_now: datetime) -> None:
    key = {"clinic_id": clinic_id, "source_hash": source_hash}
    EnquirySource.objects.get_or_create(**key, defaults={"hour_at": real_now})
    (row,) = locks.lock(EnquirySource.objects.filter(**key))
    if is_over(row.hour_at, real_now):
        row.hour_at, row.count = real_now, 0
    if row.count >= most_allowed(source_hash):
        left = row.hour_at + WINDOW - real_now
        raise TooMany(max(1, int(left.total_seconds())))
    row.count += 1
    row.save(update_fields=["hour_at", "count"])
