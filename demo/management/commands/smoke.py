"""Walk the main job over HTTP and say what was checked."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from demo import people, seed
from demo.smoke.report import Report, StepFailed
from demo.smoke.walk import walk
from demo.smoke.walker import Walk

CHECKS = ("verify_journal", "check_booking", "check_messages")
EXAMPLES = """Example:
  manage.py smoke --url http://127.0.0.1:8000
Exit codes: 0 every step held, 1 one did not, 3 not a demo (set DEMO=1)."""


class Command(BaseCommand):
    help = (
        "Walk one patient's whole path over HTTP against a running demo, moving the"
        " demo's clock, then check the books.\n" + EXAMPLES
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", required=True, help="the running demo's address")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is no demo: set DEMO=1.", returncode=3)
        report = Report(self.stdout.write)
        try:
            walk(self._walker(options["url"]), report)
            self._check_books(report)
        except StepFailed as failure:
            raise CommandError(str(failure), returncode=1) from None
        self.stdout.write(f"Smoke walk passed: {report.count} checks.")

    def _walker(self, url: str) -> Walk:
        world = people.existing()
        if world is None:
            raise CommandError("Load the demo first: manage.py seed_demo.")
        now = clock.real_now()
        keys = seed.new_keys(world, now)
        return Walk(url, world, keys)

    def _check_books(self, report: Report) -> None:
        for command in CHECKS:
            try:
                call_command(command, stdout=self.stdout)
            except SystemExit as ended:
                raise StepFailed(f"{command} found faults ({ended.code})") from None
            report.check(f"{command} finds no fault", True)
