#!/bin/sh
# recurring-ical-events 3.8.2 lists an occurrence that its calendar has cancelled.
#
# A series of three days whose second day was called off (RECURRENCE-ID with STATUS
# CANCELLED, RFC 5545 3.8.1.11) expands to three events, the cancelled one among them, as
# does an all-day birthday marked TRANSPARENT; a VFREEBUSY block, the component made for
# telling busy time, is not returned at all. Whoever takes the list for "busy" blocks a
# clinician's free day and books over a real one.
#
# For us: outside busy time is read with STATUS, TRANSP and VFREEBUSY.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check \
    recurring-ical-events==3.8.2 icalendar==7.3.2
"$DIR/venv/bin/python" - <<'PY'
import icalendar
import recurring_ical_events

LINES = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VEVENT
UID:series@example.org
DTSTAMP:20261101T000000Z
DTSTART:20261102T090000Z
DTEND:20261102T100000Z
RRULE:FREQ=DAILY;COUNT=3
END:VEVENT
BEGIN:VEVENT
UID:series@example.org
DTSTAMP:20261101T000000Z
RECURRENCE-ID:20261103T090000Z
STATUS:CANCELLED
DTSTART:20261103T090000Z
DTEND:20261103T100000Z
END:VEVENT
BEGIN:VEVENT
UID:day@example.org
DTSTAMP:20261101T000000Z
DTSTART;VALUE=DATE:20261105
DTEND;VALUE=DATE:20261106
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VFREEBUSY
UID:busy@example.org
DTSTAMP:20261101T000000Z
FREEBUSY;FBTYPE=BUSY:20261106T090000Z/PT1H
END:VFREEBUSY
END:VCALENDAR
"""
calendar = icalendar.Calendar.from_ical(LINES.replace("\n", "\r\n"))
found = recurring_ical_events.of(calendar).between((2026, 11, 1), (2026, 11, 10))
listed = [(str(e["DTSTART"].dt)[:10], e.get("STATUS"), e.get("TRANSP")) for e in found]
print(*listed, sep="\n")
assert listed == [
    ("2026-11-02", None, None),
    ("2026-11-03", "CANCELLED", None),
    ("2026-11-04", None, None),
    ("2026-11-05", None, "TRANSPARENT"),
]
PY
echo "As described."
