"""Openings over REST, against a view behind the same door that does nothing."""

import time as clocks
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import override_settings

from bench import world
from bench.figures import Figure, percentile
from bench.world import BY, NOW, World
from clinics.services import api_keys, users
from config import loaded
from core import clock
from scheduling.explain.relaxations import ENOUGH

DAYS = 30
RESERVATIONS = 100_000
ROUNDS = 150
TRIVIAL = "/api/v1/bench-trivial/"
OPENINGS = "/api/v1/openings/"
KINDS = (*world.KINDS, "technician", "preop_bay")


Query = dict[str, str | int]
# A long visit on some weekdays, of which there are a few; one that nobody can have.
PART: Query = {"targets": 6, "sedation": "iv", "weekdays": "mon,wed"}
ALL: Query = {"weekdays": "sun", "earliest": "17:00"}
# Days rejected at least where part of them are.
SOME = 5


@dataclass(frozen=True, slots=True)
class Desk:
    """A clinic of 12 resources with time taken from today on, and a key to it."""

    world: World
    token: str
    from_on: date


def made() -> Desk:
    clinic = world.clinic(KINDS)
    today = clock.now().date()
    world.fill(clinic, days_ahead=DAYS, total=RESERVATIONS, from_on=today)
    member = users.create_user(
        email="bench@example.org",
        display_name="Bench",
        role="coordinator",
        clinic_id=clinic.clinic_id,
        password="a-bench-knows-no-secrets",
        by=BY,
        now=NOW,
    )
    issued = api_keys.issue(membership_id=member.pk, name="bench", by=BY, now=NOW)
    return Desk(clinic, issued.token, today)


def figures(desk: Desk) -> Iterator[Figure]:
    """p95 of both, in turns; and again with `explain=1`, where part of the days, and
    where all of them are rejected."""
    asked: Query = {
        "visit_type": "bmc-ultrasound",
        "from": desk.from_on.isoformat(),
        "to": (desk.from_on + timedelta(days=DAYS - 1)).isoformat(),
        "limit": 5,
    }
    with override_settings(ROOT_URLCONF="bench.urls"):
        client = Client(headers={"Authorization": f"Bearer {desk.token}"})
        assert client.get(TRIVIAL).json() == {"ok": True}
        found = client.get(OPENINGS, asked)
        assert len(found.json()["openings"]) == 5, found.content
        loaded.keep()  # as a server does
        yield _against_trivial(client, "openings.http_ratio", asked, 4)
        for name, wishes, openings, most in (
            ("explained", PART, 5, 10),
            ("all_rejected", ALL, 0, 12),
        ):
            question = asked | wishes | {"explain": 1}
            _check_explained(client, question, openings)
            name = f"openings.http_ratio.{name}"
            yield _against_trivial(client, name, question, most)


def _check_explained(client: Client, question: Query, openings: int) -> None:
    """That there is something to explain: else nothing would be measured."""
    answer = client.get(OPENINGS, question).json()
    assert len(answer["openings"]) == openings, answer
    assert len(answer["rejected"]) == DAYS or openings, answer
    assert len(answer["rejected"]) >= SOME, answer
    assert len(answer["relaxations"]) >= ENOUGH, answer


def _against_trivial(client: Client, name: str, asked: Query, most: float) -> Figure:
    floors, values = [], []
    for _ in range(ROUNDS):
        floors.append(_timed(client, TRIVIAL, {}))
        values.append(_timed(client, OPENINGS, asked))
    floor, value = percentile(floors, 0.95), percentile(values, 0.95)
    return Figure(name, value, "ms", most, "at most", floor)


def _timed(client: Client, path: str, asked: Query) -> float:
    began = clocks.perf_counter()
    answer: HttpResponseBase = client.get(path, asked)
    took = (clocks.perf_counter() - began) * 1000
    assert answer.status_code == 200
    return took
