"""Check the hash chain of every journal stream."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import journal
from core.models import JournalEntry

EXAMPLES = """Examples:
  manage.py verify_journal
  manage.py verify_journal --json
Exit codes: 0 every link holds, 1 a link is broken."""


class Command(BaseCommand):
    help = "Check every link of the journal; name the first broken one.\n" + EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        breaks = journal.first_breaks()
        count = JournalEntry.objects.count()
        if options["json"]:
            rows = [[b.stream, b.seq, b.fault] for b in breaks]
            self.stdout.write(json.dumps({"entries": count, "broken": rows}))
        else:
            self._tell(breaks, count)
        if breaks:
            raise SystemExit(1)

    def _tell(self, breaks: list[journal.Break], count: int) -> None:
        for broken in breaks:
            self.stdout.write(f"{broken.stream} #{broken.seq}: {broken.fault}")
        state = f"{len(breaks)} streams are broken" if breaks else "every link holds"
        self.stdout.write(f"{count} entries, {state}")
