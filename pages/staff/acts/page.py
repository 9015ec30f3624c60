"""The page of an act around its form."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.web.views import StaffRequest
from core.refusal import Refused
from pages.kit.words import sentence
from pages.staff.acts.day_strip import strip
from pages.staff.acts.form import ActForm, Sheet
from pages.staff.acts.sheets import Here
from pages.staff.episode.path import stage_name
from pages.staff.episode.words import joint
from procedures.acts.guards import reasons_against
from procedures.episodes import selectors as episodes

HIDDEN = ("record", "record_id")
# Reasons under which there is nothing to fill in.
NOTHING_TO_DO = frozenset({"stage", "no-stop"})


@dataclass(frozen=True, slots=True)
class ActPage:
    """One act at one episode, for whoever asks."""

    request: StaffRequest
    here: Here
    sheet: Sheet
    act: str

    @property
    def back_address(self) -> str:
        return reverse("staff:episode", args=[self.here.episode.pk])

    def answer(
        self,
        form: ActForm,
        refused: Refused | None = None,
        unusual: Sequence[str] = (),
        *,
        is_stale: bool = False,
    ) -> TemplateResponse:
        """The form; 422 while an answer is wrong or unusual, 409 when refused."""
        wrong = bool(unusual) or (form.is_bound and bool(form.errors))
        status = 409 if refused or is_stale else 422 if wrong else 200
        context = self._frame() | {
            "form": form,
            "refused": [vars_of(r) for r in refused.reasons] if refused else [],
            "unusual": list(unusual),
            "unusual_mark": self.mark(unusual) if unusual else "",
            "is_stale": is_stale,
            "is_wrong": wrong,
        }
        return TemplateResponse(
            self.request, "pages/staff/acts/act.html", context, status=status
        )

    def mark(self, unusual: Sequence[str]) -> str:
        """Stands for exactly these unusual answers, in the tick that accepts them."""
        return hashlib.sha256("\n".join(unusual).encode()).hexdigest()[:16]

    def _frame(self) -> dict[str, Any]:
        episode, schema = self.here.episode, self.sheet.schema
        against = self._against()
        role = self.request.actor.role
        return {
            "strip": strip(episode, self.here.facts, role)
            if episodes.sees_clinical(role)
            else None,
            "episode": episode,
            "patient": episode.patient,
            "patient_address": reverse("staff:patient", args=[episode.patient_id]),
            "back_address": self.back_address,
            "today": self.here.now.astimezone(self.here.zone).date(),
            "version": episode.version,
            "target": sentence(joint(episode)),
            "stage": stage_name(episode.stage),
            "act": self.act,
            "label": schema.label,
            "meaning": schema.signature,
            "needs_second": schema.second_person,
            "against": [vars_of(reason) for reason in against],
            "is_possible": not any(reason.code in NOTHING_TO_DO for reason in against),
            "hidden": [(n, self.here.asked[n]) for n in HIDDEN if n in self.here.asked],
        }

    def _against(self) -> Sequence[Any]:
        """The reasons known before anything is typed: the same that would refuse."""
        return reasons_against(self.here.facts, self.act)


def vars_of(reason: Any) -> dict[str, str]:
    """A reason for a template, whichever of our two kinds it is."""
    return {"code": reason.code, "text": reason.text, "lifts": reason.lifts}
