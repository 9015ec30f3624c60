"""Send what is due, once or for ever, without a broker."""

import argparse
import json
import signal
import threading
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import clock
from notifications.selectors import due_count
from notifications.services.looping import Loop
from notifications.services.sending import send_due
from notifications.starting import stop_if_wrong

EXAMPLES = """examples:
  manage.py send_due
  manage.py send_due --loop              a sender that needs neither Celery nor Redis
  manage.py send_due --dry-run --as-of 2026-12-03T10:00:00-06:00

exit codes: 0 sent, or nothing was due · 1 a channel is set wrongly · 2 usage
  3 sending is switched off
"""


def instant(text: str) -> datetime:
    """Read an ISO 8601 instant; without an offset it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Command(BaseCommand):
    """Send every due message."""

    help = "Send every message that is due."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(*args, epilog=EXAMPLES, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="until stopped")
        parser.add_argument("--every", type=float, default=2.0, metavar="SECONDS")
        parser.add_argument("--as-of", type=instant, help="as if it were this instant")
        parser.add_argument("--limit", type=int, help="at most so many")
        parser.add_argument("--dry-run", action="store_true", help="only count")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["dry_run"]:
            waiting = due_count(options["as_of"] or clock.now())
            self._tell(options["json"], {"due": waiting}, f"{waiting} due")
            return
        stop_if_wrong()
        if options["loop"]:
            self._loop(options)
        else:
            self._once(options)

    def _once(self, options: dict[str, Any]) -> None:
        tally = send_due(limit=options["limit"], as_of=options["as_of"])
        found = {"claimed": tally.claimed, "sent": tally.sent, "silent": tally.silent}
        text = f"{tally.sent} sent of {tally.claimed} looked at"
        if tally.silent:
            text = f"nothing sent: sending is {tally.silent}; see resume_sending"
        self._tell(options["json"], found, text)
        if tally.silent:
            raise SystemExit(3)

    def _loop(self, options: dict[str, Any]) -> None:
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        Loop(
            every=options["every"],
            limit=options["limit"],
            as_of=options["as_of"],
            say=self._say,
        ).run(stop)

    def _say(self, text: str) -> None:
        self.stderr.write(text)
        self.stderr.flush()

    def _tell(self, as_json: bool, found: dict[str, Any], text: str) -> None:
        self.stdout.write(json.dumps(found) if as_json else text)
