#!/bin/sh
# icalendar 7.3.2 writes a visit in the repeated hour of autumn so that it reads an hour early.
#
# On 2026-11-01 in Chicago 01:30 comes twice. A start with fold=1 (the second, 07:30 UTC)
# is written DTSTART;TZID=America/Chicago:20261101T013000, which RFC 5545 (3.3.5) defines
# as the first one: the form has no way to name the second, and the library neither warns
# nor changes to UTC. Its own parser gives 06:30 UTC back.
#
# For us: a start in a repeated hour goes into an invitation in UTC.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check icalendar==7.3.2
"$DIR/venv/bin/python" - <<'PY'
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Event

start = datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=ZoneInfo("America/Chicago"))
event = Event()
event.add("dtstart", start)
text = event.to_ical().decode()
back = Event.from_ical(text)["dtstart"].dt
print(text.splitlines()[1])
print("meant", start.astimezone(UTC), "read", back.astimezone(UTC))
assert "DTSTART;TZID=America/Chicago:20261101T013000" in text
assert start.astimezone(UTC).hour == 7 and back.astimezone(UTC).hour == 6
PY
echo "As described."
