#!/bin/sh
# python-stdnum 2.2 reads lot and serial of a bracketed GS1 text as one lot.
#
# gs1_128.info() takes the form printed for people and takes its brackets off first; by
# default no separator is expected, so the lot runs on: "(10)K26B(21)S7" is lot
# "K26B21S7" and no serial. With the lot in front even the item number is lost: the rest
# is read as an SSCC "11". validate() accepts both. Its own encode() writes an unseparated
# lot with blanks up to twenty characters, which other readers take for part of the lot.
#
# For us: brackets are read as brackets; a text that can be read in two ways is refused.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check python-stdnum==2.2
"$DIR/venv/bin/python" - <<'PY'
from stdnum import gs1_128

people = gs1_128.info("(01)09520000000011(17)280331(10)K26B(21)S7")
first = gs1_128.info("(10)K26B(21)S7(01)09520000000011")
written = gs1_128.encode({"01": "09520000000011", "10": "K26B", "21": "S7"})
print(people, first, repr(written), sep="\n")
assert people["10"] == "K26B21S7" and "21" not in people
assert first == {"10": "K26B21S7010952000000", "00": "11"}
assert written == "010952000000001110K26B" + 16 * " " + "21S7"
PY
echo "As described."
