"""Search openings from the command line."""

import argparse
import json
import sys
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandParser

from clinics import selectors as clinics
from core import clock
from core.db import unit_of_work
from core.problems import Invalid
from scheduling.openings.candidates import Opening
from scheduling.openings.rendering import opening_json
from scheduling.openings.search import Wishes, find_openings

EXAMPLES = """examples:
  manage.py find_openings bayou consultation
  manage.py find_openings bayou bmc-ultrasound --from 2026-12-01 --to 2026-12-19 \\
      --weekdays tue,thu --earliest 08:00 --latest 11:00 --limit 5
  manage.py find_openings bayou follow-up --clinician 12 --json
  manage.py find_openings bayou follow-up --prefer 12,15 --without 17 --order tightest

The clinic is named by its slug. Without --from the search begins today, without --to
it takes four weeks; --earliest and --latest are for the arrival, in clinic time.
The order "tightest" takes those of the window that leave the fewest gaps too short to
book, then the least idle time.

exit codes: 0 found some · 1 none, or refused (why is on standard error) · 2 usage
"""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def weekdays(text: str) -> frozenset[int]:
    names = text.lower().split(",")
    if not set(names) <= set(DAYS):
        raise argparse.ArgumentTypeError(f"name days as {','.join(DAYS)}")
    return frozenset(DAYS.index(name) for name in names)


def ids(text: str) -> frozenset[int]:
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdecimal() for word in words):
        raise argparse.ArgumentTypeError("name ids as 12,15")
    return frozenset(int(word) for word in words)


class Command(BaseCommand):
    help = "Find openings for a type of visit."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(*args, epilog=EXAMPLES, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("clinic", help="slug of the clinic")
        parser.add_argument("visit_type", help="slug of the visit type")
        parser.add_argument("--from", dest="first", type=date.fromisoformat)
        parser.add_argument("--to", dest="last", type=date.fromisoformat)
        parser.add_argument("--patient", type=UUID)
        parser.add_argument("--clinician", type=int, help="id of the resource")
        parser.add_argument("--earliest", type=time.fromisoformat)
        parser.add_argument("--latest", type=time.fromisoformat)
        parser.add_argument("--weekdays", type=weekdays, default=frozenset())
        parser.add_argument(
            "--prefer", type=ids, default=frozenset(), help="ids of clinicians"
        )
        parser.add_argument(
            "--without", type=ids, default=frozenset(), help="ids of clinicians"
        )
        parser.add_argument(
            "--order", choices=["earliest", "tightest"], default="earliest"
        )
        parser.add_argument("--step", type=int, default=5, choices=[5, 10, 15, 30, 60])
        parser.add_argument("--limit", type=int, default=10)
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        clinic = clinics.clinic_by_slug(options["clinic"])
        if clinic is None:
            self._fail(["There is no clinic with this slug."])
            return
        zone = ZoneInfo(clinic.time_zone)
        try:
            found = unit_of_work(lambda: self._search(clinic.pk, zone, options))
        except Invalid as error:
            self._fail([fault.detail for fault in error.errors])
            return
        self._tell(found, zone, options["json"])

    def _search(
        self, clinic_id: int, zone: ZoneInfo, options: dict[str, Any]
    ) -> list[Opening]:
        now = clock.now()
        first = options["first"] or now.astimezone(zone).date()
        return find_openings(
            clinic_id=clinic_id,
            visit_type=options["visit_type"],
            from_on=first,
            to_on=options["last"] or first + timedelta(days=27),
            patient_id=options["patient"],
            clinician=options["clinician"],
            wishes=Wishes(
                options["earliest"],
                options["latest"],
                options["weekdays"],
                options["step"],
                options["prefer"],
                options["without"],
            ),
            order=options["order"],
            limit=options["limit"],
            now=now,
        )

    def _tell(self, found: list[Opening], zone: ZoneInfo, as_json: bool) -> None:
        if as_json:
            openings = [opening_json(opening, zone) for opening in found]
            self.stdout.write(json.dumps({"openings": openings}))
        for opening in [] if as_json else found:
            start = opening.start.astimezone(zone)
            self.stdout.write(f"{start:%a %Y-%m-%d %H:%M}  {_names(opening)}")
        if not found:
            self._fail(["No opening fits."])

    def _fail(self, texts: list[str]) -> None:
        for text in texts:
            self.stderr.write(text)
        sys.exit(1)


def _names(opening: Opening) -> str:
    served = (r.name for phase in opening.phases for r in phase.resources)
    return ", ".join(dict.fromkeys(served))
