"""Ask the tables whether anything is booked twice, by nobody, or for nobody."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from core import clock
from core.db import unit_of_work
from scheduling.consistency import checks as booking_checks
from scheduling.consistency.questions import QUESTIONS

EXAMPLES = """examples:
  manage.py check_booking
  manage.py check_booking --json

exit codes: 0 nothing wrong · 1 something is, one line each · 2 usage
"""


def _now() -> datetime | None:
    """None in a demo: its clock jumps, and no hold can tell how long it is over."""
    return None if settings.DEMO else clock.now()


class Command(BaseCommand):
    help = (
        "Check that no time is taken twice, visits have what they need while their"
        " clinic is open (but for public holidays, which are in no table), absences,"
        " conflicts, holds and offers agree, and the constraints are in force."
    )

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(*args, epilog=EXAMPLES, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        self.stderr.write(f"Asking {len(QUESTIONS)} questions …")
        found = unit_of_work(lambda: booking_checks.findings(_now()))
        counted = unit_of_work(booking_checks.counted)
        if options["json"]:
            listed = [asdict(finding) for finding in found]
            self.stdout.write(json.dumps({**counted, "findings": listed}))
        else:
            self._tell(found, counted)
        if found:
            sys.exit(1)

    def _tell(
        self, found: list[booking_checks.Finding], counted: dict[str, int]
    ) -> None:
        for finding in found:
            self.stdout.write(f"{finding.check}: {finding.text}")
        looked = ", ".join(f"{v} {k.replace('_', ' ')}" for k, v in counted.items())
        verdict = f"{len(found)} findings" if found else "Nothing wrong"
        self.stdout.write(f"{verdict} ({looked}).")
