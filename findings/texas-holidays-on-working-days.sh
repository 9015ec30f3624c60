#!/bin/sh
# holidays 0.109 lists 23 days for Texas in 2027, and eight are days on which Texas works.
#
# US with subdiv="TX" in its default category "public" adds the partial-staffing and
# optional holidays of state employees (Government Code 662.003: 2027-01-19, 03-02, 03-26,
# 03-31, 04-21, 08-27 …) and the day after Christmas. On those, offices, clinics and the
# federal government are open; nothing in the answer tells them from Thanksgiving, and no
# category leaves them out.
#
# For us: a clinic chooses each day; statutory deadlines count by the federal list alone.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check holidays==0.109
"$DIR/venv/bin/python" - <<'PY'
from datetime import date

import holidays

texas = holidays.US(subdiv="TX", years=2027)
federal = holidays.US(years=2027)
extra = sorted(set(texas) - set(federal))
for day in extra:
    print(day, texas[day])
assert len(texas) == 23, len(texas)
assert date(2027, 8, 27) in extra and date(2027, 3, 2) in extra and date(2027, 1, 19) in extra
only_public = holidays.US(subdiv="TX", years=2027, categories=("public",))
assert set(only_public) == set(texas)
PY
echo "As described."
