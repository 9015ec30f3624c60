#!/bin/sh
# A GS1 DataMatrix read with ECIs switched on is no GS1 message to biip 5.2.0.
#
# A reader that reports extended channel interpretations announces the same symbol as
# ]d5 instead of ]d2 and starts the data with \000026 (UTF-8). zxing-cpp 3.1.1 does so in
# its text mode ECI, as scanners do that are set to transmit ECIs; the modifier still
# says "GS1" (FNC1 in first position, ECI protocol). biip names the symbology, takes the
# modifier for a plain DataMatrix and fails at the backslash. Seen: ]d2 gives four
# elements, ]d5 "Failed to get GS1 Application Identifier".
#
# For us: the designator \000026 is taken off with the prefix; other ECIs are refused.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check \
    biip==5.2.0 zxing-cpp==3.1.1 numpy==2.2.6
"$DIR/venv/bin/python" - <<'PY'
import biip
import zxingcpp

symbol = zxingcpp.create_barcode(
    "(01)09520000000011(17)280331(10)K26B(21)S7",
    zxingcpp.BarcodeFormat.DataMatrix,
    gs1=True,
)
picture = zxingcpp.write_barcode_to_image(symbol, scale=5)
plain = zxingcpp.read_barcode(picture, text_mode=zxingcpp.TextMode.Plain)
eci = zxingcpp.read_barcode(picture, text_mode=zxingcpp.TextMode.ECI)
print(plain.symbology_identifier, repr(plain.text))
print(repr(eci.text))
assert plain.symbology_identifier == "]d2"
assert eci.text == "]d5\\000026" + plain.text
good = biip.parse(plain.symbology_identifier + plain.text)
bad = biip.parse(eci.text)
print([(e.ai.ai, e.value) for e in good.gs1_message.element_strings])
print(bad.gs1_message_error)
assert len(good.gs1_message.element_strings) == 4
assert bad.gs1_message is None
assert bad.gs1_message_error.startswith("Failed to get GS1 Application Identifier")
PY
echo "As described."
