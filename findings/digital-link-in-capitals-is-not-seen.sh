#!/bin/sh
# biip 5.2.0 does not see a GS1 Digital Link whose scheme is in capitals, and says nothing.
#
# Symbols are often written HTTPS://ID.EXAMPLE.ORG/01/…, as a QR code packs capitals and
# digits tighter; scheme and host of a URI know no case (RFC 3986, 3.1 and 3.2.2). biip
# accepts a host in capitals and parses "https://ID.EXAMPLE.ORG/01/…". With the scheme in
# capitals it returns neither a link nor an error for one: both fields are None, which
# its documentation gives to a text that is no link at all.
#
# For us: the scheme is put into small letters before a scanned link is parsed.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check biip==5.2.0
"$DIR/venv/bin/python" - <<'PY'
import biip

PATH = "/01/09520000000011/10/K26B/21/S7?17=280331"
small = biip.parse("https://ID.EXAMPLE.ORG" + PATH)
found = [(e.ai.ai, e.value) for e in small.gs1_digital_link_uri.element_strings]
print("https:", found)
assert found[1:3] == [("10", "K26B"), ("21", "S7")], found
large = biip.parse("HTTPS://ID.EXAMPLE.ORG" + PATH)
print("HTTPS:", large.gs1_digital_link_uri, large.gs1_digital_link_uri_error)
assert large.gs1_digital_link_uri is None
assert large.gs1_digital_link_uri_error is None
PY
echo "As described."
