"""Acts done the way people do them: by the form of their page."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.urls import reverse

from core import clock as demo_clock
from procedures.acts.registry import SCHEMAS
from procedures.fields.schema import Field
from procedures.models import Episode
from tests.clinics.conftest import browser
from tests.factories import clinics as make
from tests.factories.procedure_day import Day
from tests.factories.procedures import HOUSTON, Site


def address(episode: Episode, act: str) -> str:
    return reverse("staff:act", kwargs={"episode_id": episode.pk, "act": act})


def text(value: Any) -> Any:
    """A value as a browser sends it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{value.astimezone(HOUSTON):%Y-%m-%dT%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def flat(fields: tuple[Field, ...], answers: dict[str, Any], head: str = "") -> Any:
    """The answers under the names of the form."""
    kinds = {asked.name: asked for asked in fields}
    sent: dict[str, Any] = {}
    for name, value in answers.items():
        asked = kinds[name]
        if asked.kind == "group":
            for number, row in enumerate(value):
                sent |= flat(asked.fields, row, f"{name}-{number}-")
        elif asked.kind == "multichoice":
            sent[f"{head}{name}"] = [text(one) for one in value]
        elif asked.kind == "list":
            sent[f"{head}{name}"] = " ".join(text(one) for one in value)
        else:
            sent[f"{head}{name}"] = text(value)
    return sent


def send(
    place: Site,
    episode: Episode,
    act: str,
    answers: dict[str, Any],
    *,
    role: str = "clinician",
    second: str = "",
    **changes: Any,
) -> Any:
    """Fill in the act's form as the person of that role and send it."""
    episode.refresh_from_db()
    sent = flat(SCHEMAS[act].fields, answers) | {"version": episode.version}
    if SCHEMAS[act].signature:
        sent |= {
            "signature_password": make.PASSWORD,
            "signature_meaning": SCHEMAS[act].signature,
        }
    if second:
        other = place.person(second).user.email
        sent |= {"second_email": other, "second_password": make.PASSWORD}
    client = browser(place.person(role))
    return client.post(address(episode, act), sent | changes)


@dataclass
class FormDay(Day):
    """The day of a procedure, every act by its form."""

    def act(
        self,
        name: str,
        answers: dict[str, Any],
        clock: str,
        role: str,
        second: str = "",
        **more: Any,
    ) -> Any:
        demo_clock.set_to(self.at(clock).astimezone(UTC))
        response = send(
            self.place, self.episode, name, answers, role=role, second=second, **more
        )
        self.episode.refresh_from_db()
        return self.episode if response.status_code == 303 else response


def typed(page: str) -> dict[str, list[str]]:
    """What a browser would send of this page's form, untouched."""
    form = page[page.index('class="form act__form"') :]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        known = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        kind = known.get("type")
        if kind in ("checkbox", "radio") and " checked" not in tag:
            continue
        sent.setdefault(known["name"], []).append(known.get("value", ""))
    for name, inner in re.findall(
        r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        sent[name] = [chosen[1] if chosen else ""]
    for name, inner in re.findall(
        r'<textarea name="([^"]+)"[^>]*>\s*(.*?)</textarea>', form, re.DOTALL
    ):
        sent[name] = [inner]
    return sent
