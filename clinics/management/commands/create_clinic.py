"""Open a clinic and its first administrator."""

import argparse
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clinics.services import clinics, users
from core import actor, clock
from core.db import unit_of_work
from core.problems import Invalid

EXAMPLES = """examples:
  manage.py create_clinic "Bayou Joint Clinic" --time-zone America/Chicago \\
      --phone +17135550100 --address "1 Example Street, Houston" \\
      --admin-email admin@example.org
  manage.py create_clinic "Bayou Joint Clinic" --time-zone America/Chicago \\
      --phone +17135550100 --address "1 Example Street, Houston" \\
      --admin-email admin@example.org --dry-run --json

The administrator's password is read from standard input (one line) with
--password-stdin; without it they set one by the reset mail.

exit codes: 0 created · 1 refused (what is wrong is on standard error) · 2 usage
"""


class _Undo(Exception):
    """Ends a dry run."""


class Command(BaseCommand):
    help = "Open a clinic and its first administrator."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(*args, epilog=EXAMPLES, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--time-zone", required=True)
        parser.add_argument("--short-name", default="")
        parser.add_argument("--slug", default="")
        parser.add_argument("--phone", required=True, help="as +17135550100")
        parser.add_argument("--address", required=True)
        parser.add_argument(
            "--holiday-calendar",
            default="",
            help="public holidays on which it is closed, as US or US-TX",
        )
        parser.add_argument("--admin-email", required=True)
        parser.add_argument("--admin-name", default="")
        parser.add_argument("--password-stdin", action="store_true")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        line = sys.stdin.readline() if options["password_stdin"] else ""
        password = line.rstrip("\r\n")
        try:
            made = self._create(options, password)
        except Invalid as error:
            for fault in error.errors:
                self.stderr.write(f"{fault.pointer.lstrip('/')}: {fault.detail}")
            sys.exit(1)
        self._tell(made, options)

    def _create(self, options: dict[str, Any], password: str) -> dict[str, Any]:
        made: list[dict[str, Any]] = []

        def work() -> None:
            made.append(self._inside(options, password))
            if options["dry_run"]:
                raise _Undo

        try:
            unit_of_work(work)
        except _Undo:
            self.stderr.write("Dry run: nothing was kept.")
        return made[-1]

    def _inside(self, options: dict[str, Any], password: str) -> dict[str, Any]:
        by, now = actor.job("create_clinic"), clock.now()
        clinic = clinics.create_clinic(
            name=options["name"],
            time_zone=options["time_zone"],
            short_name=options["short_name"],
            slug=options["slug"],
            phone=options["phone"],
            address=options["address"],
            holiday_calendar=options["holiday_calendar"],
            by=by,
            now=now,
        )
        admin = users.create_user(
            email=options["admin_email"],
            display_name=options["admin_name"],
            role="admin",
            clinic_id=clinic.pk,
            password=password,
            by=by,
            now=now,
        )
        return {"clinic": clinic.pk, "slug": clinic.slug, "admin": admin.user_id}

    def _tell(self, made: dict[str, Any], options: dict[str, Any]) -> None:
        if options["json"]:
            made = {**made, "dry_run": options["dry_run"]}
            self.stdout.write(json.dumps(made))
        else:
            self.stdout.write("clinic {clinic} ({slug})".format(**made))
