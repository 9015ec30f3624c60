"""Is any message lost, extra, stuck or late?"""

import argparse
import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import clock
from notifications.domain import states
from notifications.models import Message
from notifications.services.checking import faults

EXAMPLES = """examples:
  manage.py check_messages
  manage.py check_messages --json

exit codes: 0 every message is where it should be · 1 faults, in words · 2 usage
"""


class Command(BaseCommand):
    """Compare the messages there are with those that should be."""

    help = "Compare the messages there are with those that should be."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(*args, epilog=EXAMPLES, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        found = faults(clock.now())
        if options["json"]:
            self.stdout.write(json.dumps({"faults": [asdict(f) for f in found]}))
        else:
            for fault in found:
                self.stdout.write(fault.text)
            self.stdout.write(_summary(len(found)))
        if found:
            raise SystemExit(1)


def _summary(count: int) -> str:
    if count:
        return f"{count} faults"
    doubts = Message.objects.filter(state=states.UNCERTAIN).count()
    if doubts:
        return f"Messages: none stuck; {doubts} in doubt, to be found out by itself"
    return "Messages: nothing lost, extra or stuck"
