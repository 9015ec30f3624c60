#!/bin/sh
# ucumvert 0.3.2 parses the UCUM unit [pH] and Pint 0.25.3 does not have what it names.
#
# [pH] is a unit of UCUM's own table (the acidity of anticoagulant and of joint fluid).
# The grammar accepts it and maps it to "pH_value", which the registry made by the same
# package does not define: an error of the parser's inside, not "invalid unit". The other
# units a marrow clinic records (10*3/uL, mm[Hg], [iU]/mL, Cel, {score}) convert.
#
# For us: units are texts from a closed list; none is computed by a library.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check ucumvert==0.3.2 pint==0.25.3
"$DIR/venv/bin/python" - <<'PY'
from ucumvert import PintUcumRegistry

registry = PintUcumRegistry()
for unit in ("10*3/uL", "mm[Hg]", "[iU]/mL", "Cel"):
    print(unit, "->", registry.from_ucum(unit))
try:
    found = registry.from_ucum("[pH]")
except Exception as error:
    print("[pH]", type(error).__name__, str(error).replace("\n", " "))
    assert "pH_value" in str(error) and "not defined" in str(error)
else:
    raise SystemExit(f"[pH] is known now: {found}")
PY
echo "As described."
