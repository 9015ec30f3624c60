#!/bin/sh
# icalendar 7.3.2 writes the change to summer time an hour late into a VTIMEZONE.
#
# RFC 5545 (3.6.5) has the start of each rule said by the clock that it ends: its own
# example begins daylight time at T020000 with TZOFFSETFROM:-0500. The library says it by
# the new clock: in Chicago, 2026-03-08T03:00 from -0600, which is 09:00 UTC. The clocks
# change at 08:00 UTC; autumn is right. Its own reader uses the zone's name, not the
# rules, so that a file which comes back looks well.
#
# For us: the rules of a zone are written by notifications/domain/calendar_zones.py.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check icalendar==7.3.2
"$DIR/venv/bin/python" - <<'PY'
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone

rules = Timezone.from_tzid(
    "America/Chicago", first_date=date(2026, 1, 1), last_date=date(2026, 12, 31)
)
spring = rules.walk("DAYLIGHT")[0]
print(spring.to_ical().decode().strip())
stated = spring["DTSTART"].dt.replace(tzinfo=UTC) - spring["TZOFFSETFROM"].td

zone, instant = ZoneInfo("America/Chicago"), datetime(2026, 3, 8, tzinfo=UTC)
while instant.astimezone(zone).dst() == timedelta(0):
    instant += timedelta(minutes=1)
print("stated", stated, "true", instant)
assert stated - instant == timedelta(hours=1)
PY
echo "As described."
