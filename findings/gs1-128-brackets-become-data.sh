#!/bin/sh
# python-barcode 0.16.1 puts the brackets of a human-readable GS1 text into the symbol.
#
# Its writer for GS1-128 takes "(01)09520000000011(10)K26B(21)S7", the form that is
# printed below every such symbol, and raises nothing. The symbol announces itself as
# GS1 (]C1), but carries brackets instead of element strings, with no separator behind
# the lot. A reader that shows text for people (zxing-cpp 3.1.1, by default) prints
# exactly the same for it as for a right symbol, so that a label looks right in a test
# and cannot be parsed at the bench. Seen: bytes "(01)0952…" against "010952…".
#
# For us: labels are compared by what they carry (bytes), never by the text a reader shows.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check \
    python-barcode==0.16.1 pillow==13.0.0 zxing-cpp==3.1.1
"$DIR/venv/bin/python" - <<'PY'
import io

import barcode
import zxingcpp
from barcode.writer import ImageWriter
from PIL import Image


def read(text):
    picture = io.BytesIO()
    written = barcode.get("gs1_128", text, writer=ImageWriter())
    written.write(picture, {"write_text": False})
    return zxingcpp.read_barcode(Image.open(picture))


people = read("(01)09520000000011(10)K26B(21)S7")
machine = read("010952000000001110K26B\xf121S7")
for one in (people, machine):
    print(one.symbology_identifier, one.text, one.bytes)
assert people.symbology_identifier == machine.symbology_identifier == "]C1"
assert people.text == machine.text == "(01)09520000000011(10)K26B(21)S7"
assert people.bytes == b"(01)09520000000011(10)K26B(21)S7"
assert machine.bytes == b"010952000000001110K26B\x1d21S7"
PY
echo "As described."
