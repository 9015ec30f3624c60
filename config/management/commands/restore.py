"""Fill an empty database from a backup; it sends nothing until somebody says so."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from config import dumps
from config.programs import CannotHereError
from core import clock
from core.actor import job
from core.db import unit_of_work
from notifications.services import providers

EXAMPLES = """examples:
  DATABASE_URL=postgresql://crestpath_owner:…@host/fresh manage.py restore FILE

DATABASE_URL names an empty database and the owner of its tables (crestpath_owner);
the role crestpath_app has to exist on that server. What was sent after the backup is
not on record in it: sending stays paused until `resume_sending --after-restore`.

exit codes: 0 restored, sending paused · 1 failed, in words · 2 usage
  · 3 pg_restore is not here
"""
REASON = "restored from a backup"


class Command(BaseCommand):
    """Restore a dump that `backup` wrote."""

    help = "Fill an empty database from a backup; sending starts paused."
    requires_migrations_checks = False

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(*args, epilog=EXAMPLES, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only look")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        source: Path = options["file"]
        if not source.is_file():
            self._fail(f"There is no file {source}.")
        if connection.introspection.table_names():
            self._fail("This database is not empty: restore into a fresh one.")
        try:
            dumps.program("pg_restore")
            if not options["dry_run"]:
                self._restore(source)
        except CannotHereError as error:
            self.stderr.write(str(error))
            raise SystemExit(3) from None
        except dumps.DumpFailedError as error:
            self._fail(f"Nothing was restored: {error}")
        done = "Would restore" if options["dry_run"] else "Restored"
        text = f"{done} {source}. Sending is paused: see resume_sending --after-restore"
        found = {"file": str(source), "dry_run": options["dry_run"]}
        self.stdout.write(json.dumps(found) if options["json"] else text)

    def _restore(self, source: Path) -> None:
        connection.close()
        dumps.restore(source)
        # An older backup catches up, and the app's role gets its rights.
        call_command("migrate", verbosity=0)
        unit_of_work(
            lambda: providers.pause(reason=REASON, by=job("restore"), now=clock.now())
        )

    def _fail(self, text: str) -> None:
        self.stderr.write(text)
        raise SystemExit(1)
