"""A clinic's word that a language's texts may be sent."""

from datetime import datetime

from django.db import transaction

from core import journal
from core.actor import Actor
from notifications.domain.templates import VERSIONS
from notifications.models import TemplateReview


@transaction.atomic
def approve(*, clinic_id: int, language: str, by: Actor, now: datetime) -> None:
    """Somebody who reads `language` has read its present texts and lets them go.

    Until then patients of that language get English. Raises ValueError for a
    language without texts.
    """
    if language not in VERSIONS:
        raise ValueError(f"no texts in {language!r}")
    version = VERSIONS[language]
    _, is_new = TemplateReview.objects.get_or_create(
        clinic_id=clinic_id,
        language=language,
        version=version,
        defaults={"reviewed_by": str(by), "reviewed_at": now},
    )
    if is_new:
        journal.record(
            "templates.reviewed",
            subject=f"clinic:{clinic_id}",
            by=by,
            at=now,
            payload={"language": language, "version": str(version)},
        )
