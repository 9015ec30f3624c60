"""Send for ever, without a broker: what is due every few seconds, pages at once.

Pages to people on call have a thread for each provider, which nothing else keeps. A
database that is away is waited for: a sender that dies is noticed only by patients.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, connection

from core.db import Busy
from notifications import channels
from notifications.services.sending import lane_name, send_due

log = structlog.get_logger()

PAGES_EVERY_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 15.0


@dataclass(slots=True)
class Loop:
    """Turns of `send_due`, `every` so many seconds; `say` tells the operator."""

    every: float
    say: Callable[[str], None]
    limit: int | None = None
    as_of: datetime | None = None

    def run(self, stop: threading.Event) -> None:
        """Send until `stop` is set; no fault ends it."""
        pages = [
            threading.Thread(
                target=self._turns, args=[stop, name], name=f"pages-{name}"
            )
            for name in map(lane_name, channels.lanes())
        ]
        for thread in pages:
            thread.start()
        try:
            self._turns(stop)
        finally:
            stop.set()
            for thread in pages:
                thread.join()

    def _turns(self, stop: threading.Event, pages_by: str = "") -> None:
        urgent = bool(pages_by)
        pause = every = min(self.every, PAGES_EVERY_SECONDS) if urgent else self.every
        failures, silent = 0, ""
        while not stop.is_set():
            try:
                tally = send_due(
                    limit=self.limit, as_of=self.as_of, urgent=urgent, only=pages_by
                )
            except Exception as error:  # noqa: BLE001  (said and tried again, for ever)
                failures += 1
                pause = min(2.0**failures / 2, LONGEST_PAUSE_SECONDS)
                self._tell_fault(error, pause)
            else:
                if failures:
                    self.say("Sending goes on.")
                failures, pause = 0, every
                if tally.silent != silent and not urgent:
                    self._tell_silence(tally.silent)
                silent = tally.silent
                if tally.claimed:
                    self.say(f"{tally.sent} sent of {tally.claimed} looked at")
                if tally.more:
                    continue
            finally:
                # The next turn makes a fresh connection, whatever became of this one.
                connection.close()
            stop.wait(pause)

    def _tell_fault(self, error: Exception, pause: float) -> None:
        is_away = isinstance(error, OperationalError | InterfaceError | Busy)
        told = "The database does not answer" if is_away else "Sending failed"
        name = type(error).__name__
        self.say(f"{told} ({name}): trying again in {pause:g} s.")
        log.error("sending_failed", error=name)

    def _tell_silence(self, silent: str) -> None:
        told = f"Nothing is sent: {silent}; see resume_sending."
        self.say(told if silent else "Sending goes on.")
