"""The forms of the acts: one page for each, drawn from its schema.

GET shows the form, POST does the act. What is wrong comes back on its field (422);
what the guards refuse comes back above the form, with everything that was typed (409).
"""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import register_converter, reverse

from clinics.domain import policy
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import NotFound, StaleVersion
from core.refusal import Refused
from pages.kit import numbers
from pages.kit.words import sentence
from pages.staff.acts import corrections, sheets
from pages.staff.acts.form import ActForm, Answers, Sheet, answers
from pages.staff.acts.page import ActPage
from pages.staff.acts.sheets import Here
from procedures.acts import dispatch
from procedures.acts import unusual as unusual_answers
from procedures.acts.guards import found_in_passing
from procedures.acts.registry import SCHEMAS
from procedures.corrections.table import MADE_BY
from procedures.episodes import record_selectors
from procedures.episodes import selectors as episodes
from procedures.fields.schema import FieldError, InvalidData, parse


class ActConverter:
    """An act as addresses write it: "time-out"; anything else is no such page."""

    regex = "|".join(act.replace("_", "-") for act in SCHEMAS)

    def to_python(self, value: str) -> str:
        return value.replace("-", "_")

    def to_url(self, value: str) -> str:
        return value.replace("_", "-")


register_converter(ActConverter, "act")


def act(request: HttpRequest, episode_id: UUID, act: str) -> HttpResponse:
    """The door of each act is its own: the policy is asked for that very act."""
    return DOORS[act](request, episode_id=episode_id)


act.action = "episode.read"  # type: ignore[attr-defined]


def _act(request: StaffRequest, episode_id: UUID, *, act: str) -> ViewResponse:
    episode = episodes.episode(episode_id, request.clinic.pk)
    if episode is None:
        raise NotFound
    request.record_access(episode.patient_id)
    zone = ZoneInfo(request.clinic.time_zone)
    asked = (request.POST if request.method == "POST" else request.GET).dict()
    here = Here(episode, request.now, zone, {k: str(v) for k, v in asked.items()})
    if act in corrections.NAMING and "record" not in asked:
        return _choose_record(request, here, act)
    sheet = _sheet(act, here)
    shown = ActPage(request, here, sheet, act)
    if request.method != "POST":
        return shown.answer(ActForm(sheet))
    return _perform(request, here, sheet, shown)


def _sheet(act: str, here: Here) -> Sheet:
    if act not in corrections.NAMING:
        return sheets.sheet(act, here)
    kind, record_id = here.asked["record"], here.asked.get("record_id", "")
    if act == "enter_in_error":
        return corrections.error_sheet(here, kind, record_id)
    return corrections.sheet(here, kind, record_id)


def _choose_record(request: StaffRequest, here: Here, act: str) -> ViewResponse:
    rows = [
        {
            "name": corrections.name_of(kind, row),
            "at": row.occurred_at,
            "by": row.recorded_by_name,
            "address": f"?record={kind}&record_id={row.pk}",
        }
        for kind, row in record_selectors.nameable(here.episode, act)
        if policy.may(request.actor.role, f"episode.{MADE_BY[kind]}").allowed
    ]
    context = {
        "rows": rows,
        "in_error": act == "enter_in_error",
        "patient": here.episode.patient,
        "back_address": reverse("staff:episode", args=[here.episode.pk]),
    }
    return TemplateResponse(request, "pages/staff/acts/act_correct.html", context)


def _perform(
    request: StaffRequest, here: Here, sheet: Sheet, shown: ActPage
) -> ViewResponse:
    found = answers(sheet, request.POST)
    form = ActForm(sheet, request.POST)
    faults = _faults(request, sheet, found)
    finding = _found_in_passing(here, sheet, found)
    if faults and not finding:
        form.take_faults(faults, found)
        return shown.answer(form)
    # A finding goes on record as it is: to ask again would let it be typed away.
    unusual = [] if finding else _unusual(here, sheet, found)
    if unusual and request.POST.get("acknowledged") != shown.mark(unusual):
        return shown.answer(form, unusual=unusual)
    try:
        outcome = _do(request, here, shown.act, found)
    except InvalidData as wrong:
        form.take_faults((_within_values(e) for e in wrong.errors), found)
        return shown.answer(form)
    except StaleVersion:
        return shown.answer(form, is_stale=True)
    if isinstance(outcome, Refused):
        form.take_faults(faults, found)
        return outcome if outcome.status == 403 else shown.answer(form, outcome)
    return _done(request, shown, outcome.stage)


def _faults(request: StaffRequest, sheet: Sheet, found: Answers) -> list[FieldError]:
    """Errors of the answers, and of the proofs of who is there."""
    faults: list[FieldError] = []
    try:
        parse(sheet.schema, found.raw, sheet.zone)
    except InvalidData as wrong:
        faults += wrong.errors
    faults += _half_scanned(sheet, found)
    proofs = request.proofs
    faults += [FieldError(f"/{name}", text) for name, text in proofs.errors]
    told = dict(proofs.errors)
    if sheet.schema.signature and not (proofs.signature or told):
        faults.append(FieldError("/signature_password", "Sign with your password."))
    if sheet.schema.second_person and not (
        proofs.second_person or "second_password" in told
    ):
        text = "A second person gives their e-mail and password here."
        faults.append(FieldError("/second_password", text))
    return faults


def _found_in_passing(here: Here, sheet: Sheet, found: Answers) -> bool:
    return bool(found_in_passing(here.facts, sheet.schema, found.raw, here.zone))


def _half_scanned(sheet: Sheet, found: Answers) -> list[FieldError]:
    """One label of two is a form not finished, no attempt to put on record."""
    names = [f.name for f in sheet.asked if f.is_scan and f.name != "kit_udi"]
    empty = [name for name in names if not found.raw.get(name)]
    if len(empty) == len(names):
        return []
    return [FieldError(f"/{name}", "Scan this label, too.") for name in empty]


def _unusual(here: Here, sheet: Sheet, found: Answers) -> list[str]:
    data = parse(sheet.schema, found.raw, sheet.zone)
    remarks = unusual_answers.found(here.episode, sheet.schema, data)
    return [one.text.replace("unusual, must be", "usually") for one in remarks]


def _do(request: StaffRequest, here: Here, act: str, found: Answers) -> Any:
    post = request.POST
    return dispatch.perform(
        episode_id=here.episode.pk,
        act=act,
        data=_data(act, here, found),
        version=_version(post.get("version", "")),
        by=request.actor,
        now=request.now,
        occurred_at=_occurred_at(post.get("occurred_at", ""), here.zone),
        signature=request.proofs.signature,
        second_person=request.proofs.second_person,
        late_reason=post.get("late_reason", ""),
    )


def _data(act: str, here: Here, found: Answers) -> dict[str, Any]:
    if act not in corrections.NAMING:
        return sheets.folded(found.raw)
    named = {name: here.asked.get(name, "") for name in ("record", "record_id")}
    own = {k: v for k, v in found.raw.items() if k in ("reason", "kit_unused")}
    if act == "enter_in_error":
        return {**named, **own}
    values = {k: v for k, v in found.raw.items() if k not in own}
    return {**named, **own, "values": values}


def _version(text: str) -> int:
    if (version := numbers.read(text, 0)) == 0:
        raise StaleVersion(0)
    return version


def _occurred_at(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        raise InvalidData(
            [FieldError("/occurred_at", "Give a date and a time.")]
        ) from None


def _within_values(error: FieldError) -> FieldError:
    return replace(error, pointer=error.pointer.removeprefix("/values"))


def _done(request: StaffRequest, shown: ActPage, stage: str) -> HttpResponse:
    label = shown.sheet.schema.label
    text = f"{label}: recorded. The episode is now: {sentence(stage).lower()}."
    messages.success(request, text)
    return HttpResponseRedirect(shown.back_address, status=303)


DOORS = {
    name: page(action=f"episode.{name}")(partial(_act, act=name)) for name in SCHEMAS
}
