"""Languages a clinic has let its texts be sent in."""

from notifications.domain.templates import VERSIONS
from notifications.models import TemplateReview


def review_of(clinic_id: int, language: str) -> TemplateReview | None:
    """Return the clinic's review of the present version of a language."""
    rows = TemplateReview.objects.filter(clinic_id=clinic_id, language=language)
    return rows.filter(version=VERSIONS[language]).first()


def last_review(clinic_id: int, language: str) -> TemplateReview | None:
    """Return the clinic's last review of a language, whatever version it was of."""
    rows = TemplateReview.objects.filter(clinic_id=clinic_id, language=language)
    return rows.order_by("-version").first()


def reviewed(clinic_id: int) -> frozenset[str]:
    """Return the languages whose present version this clinic has reviewed."""
    rows = TemplateReview.objects.filter(clinic_id=clinic_id)
    pairs = rows.values_list("language", "version")
    return frozenset(lang for lang, version in pairs if VERSIONS.get(lang) == version)
