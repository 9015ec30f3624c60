"""The demo's clock, set by anybody of the staff; a real clinic has no such page."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect

from clinics.web.views import StaffRequest, ViewResponse, page
from core import clock as clocks
from core import journal
from core.problems import NotFound
from pages.kit.forms import Form, MomentField, show
from pages.kit.words import moment, zone_name

STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


class ClockForm(Form):
    at = MomentField(label="Date and time")


@page(action="clock.write")
def clock(request: StaffRequest) -> ViewResponse:
    """The clock as it stands, and ways to move it."""
    if not settings.DEMO:
        raise NotFound
    zone = ZoneInfo(request.clinic.time_zone)
    step = request.POST.get("step", "")
    form = ClockForm(
        request.POST if step == "set" else None, initial={"at": request.now}
    )
    form.use_zone(zone)
    if request.method == "POST" and _moved(step, form):
        return _told(request, zone)
    context = {"form": form, "at": request.now, "steps": STEPS}
    return show(request, "pages/staff/clock/clock.html", context, form)


def _moved(step: str, form: ClockForm) -> bool:
    if step in STEPS:
        clocks.advance(STEPS[step])
    elif step == "real":
        clocks.reset()
    elif step == "set" and form.is_valid():
        clocks.set_to(form.cleaned_data["at"])
    else:
        return False
    return True


def _told(request: StaffRequest, zone: ZoneInfo) -> ViewResponse:
    now = clocks.now()
    journal.record(
        "clock.set",
        subject=f"clinic:{request.clinic.pk}",
        by=request.actor,
        at=request.now,
        payload={"to": now},
    )
    messages.success(
        request, f"The clock shows {moment(now, zone)} {zone_name(zone, now)}."
    )
    return redirect("staff:clock")
