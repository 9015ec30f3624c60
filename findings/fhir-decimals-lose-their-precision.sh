#!/bin/sh
# fhir.resources 8.3.0 drops the precision of a FHIR decimal, even of a Decimal.
#
# FHIR R4 says that the precision of a decimal is significant: 7.50 mL is not 7.5 mL,
# and servers keep the digits as sent. The library types Quantity.value as a decimal and
# takes Decimal("7.50"), but writes 7.5, and what it reads from JSON is rounded to what
# a binary floating-point number holds. Seen: 7.50 becomes 7.5,
# 0.12345678901234567890 becomes 0.12345678901234568.
#
# For us: an export of volumes and cell counts writes its own numbers from text.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check fhir.resources==8.3.0
"$DIR/venv/bin/python" - <<'PY'
from decimal import Decimal

from fhir.resources.R4B.quantity import Quantity

kept = Quantity(value=Decimal("7.50"), unit="mL").model_dump_json()
long = Quantity.model_validate_json('{"value": 0.12345678901234567890}')
print(kept, long.model_dump_json())
assert kept == '{"value":7.5,"unit":"mL"}', kept
assert long.model_dump_json() == '{"value":0.12345678901234568}'
PY
echo "As described."
