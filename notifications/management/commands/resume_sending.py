"""Switch sending on again after a pause or a restore."""

import argparse
import json
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import clock
from core.actor import job
from core.db import unit_of_work
from notifications.models import ProviderState
from notifications.selectors.providers import strange_instance
from notifications.services import providers

EXAMPLES = """examples:
  manage.py resume_sending
  manage.py resume_sending --provider email
  manage.py resume_sending --after-restore    this installation sends from now on

exit codes: 0 sending is on · 1 refused, with the reason · 2 usage
"""
BY = job("resume_sending")


class Command(BaseCommand):
    """Send again."""

    help = "Switch sending on again after a pause or a restore."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(*args, epilog=EXAMPLES, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--provider", default=ProviderState.ALL)
        parser.add_argument("--after-restore", action="store_true")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        other = strange_instance()
        if other and not options["after_restore"]:
            self.stderr.write(
                f"This database belongs to the installation {other!r}: a copy that "
                "sent would send everything twice. If it is the only one left, say "
                "--after-restore."
            )
            raise SystemExit(1)
        if not options["dry_run"]:
            unit_of_work(partial(self._resume, options))
        done = "would be on" if options["dry_run"] else "is on"
        text = f"Sending {done} for {options['provider']}"
        found = {"provider": options["provider"], "dry_run": options["dry_run"]}
        self.stdout.write(json.dumps(found) if options["json"] else text)

    def _resume(self, options: dict[str, Any]) -> None:
        now = clock.now()
        if options["after_restore"]:
            providers.adopt(by=BY, now=now)
        providers.resume(provider=options["provider"], by=BY, now=now)
