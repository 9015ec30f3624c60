"""Write the whole database to a file."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import dumps
from config.programs import CannotHereError

EXAMPLES = """examples:
  manage.py backup /backups/crestpath-2026-12-01.dump

The database is the one DATABASE_URL names; the app's role may read all of it. A dump
holds everything patients told you: keep it encrypted, and elsewhere.

exit codes: 0 written · 1 failed, in words · 2 usage · 3 pg_dump is not here
"""


class Command(BaseCommand):
    """Write a dump in PostgreSQL's custom format."""

    help = "Write the whole database to a file."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(*args, epilog=EXAMPLES, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only look")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        target: Path = options["file"]
        if target.exists():
            self.stderr.write(f"{target} is there already: name another file.")
            raise SystemExit(1)
        try:
            dumps.program("pg_dump")
            if not options["dry_run"]:
                dumps.dump(target)
        except CannotHereError as error:
            self.stderr.write(str(error))
            raise SystemExit(3) from None
        except (dumps.DumpFailedError, OSError) as error:
            self.stderr.write(f"No backup was written: {error}")
            raise SystemExit(1) from None
        size = 0 if options["dry_run"] else target.stat().st_size
        found = {"file": str(target), "bytes": size, "dry_run": options["dry_run"]}
        text = f"Would write {target}" if options["dry_run"] else f"Wrote {target}"
        self.stdout.write(json.dumps(found) if options["json"] else text)
